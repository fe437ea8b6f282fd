//! Reports as the mail systems write them, with invented people and hosts: each system's layout,
//! in several languages, whole, quoted, attached and pasted.

use causeway_model::config::Language;
use causeway_report::read::{Category, Kind, ReadRecipient, read, render};

fn rows(message: &str) -> Vec<ReadRecipient> {
    read(message.as_bytes()).recipients
}

fn summary(row: &ReadRecipient) -> (String, String, Option<u16>, Category, bool) {
    (
        row.address.clone().unwrap_or_default(),
        row.enhanced_code.map(|code| code.to_string()).unwrap_or_default(),
        row.reply_code,
        row.category,
        row.permanent,
    )
}

#[track_caller]
fn one(message: &str, address: &str, code: &str, reply: Option<u16>, category: Category) {
    let rows = rows(message);
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let (a, c, r, k, _) = summary(&rows[0]);
    assert_eq!((a.as_str(), c.as_str(), r, k), (address, code, reply, category), "{:#?}", rows[0]);
}

const POSTFIX: &str = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.ours.test (Mail Delivery System)\n\
Subject: Undelivered Mail Returned to Sender\nTo: anna@ours.test\nMIME-Version: 1.0\n\
Content-Type: multipart/report; report-type=delivery-status; boundary=\"9F1/mx.ours.test\"\n\n\
--9F1/mx.ours.test\nContent-Type: text/plain\n\nThis is the mail system at host mx.ours.test.\n\n\
<bert@ext.test>: host mail.ext.test[192.0.2.9] said: 550 5.1.1\n    <bert@ext.test>: Recipient address \
rejected: User unknown in relay\n    recipient table (in reply to RCPT TO command)\n\n\
--9F1/mx.ours.test\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.ours.test\n\
X-Postfix-Queue-ID: 4ABC\n\nFinal-Recipient: rfc822; bert@ext.test\nAction: failed\nStatus: 5.1.1\n\
Remote-MTA: dns; mail.ext.test\nDiagnostic-Code: smtp; 550 5.1.1 <bert@ext.test>: Recipient address\n    \
rejected: User unknown in relay recipient table\n\n--9F1/mx.ours.test\n\
Content-Type: text/rfc822-headers\n\nFrom: anna@ours.test\nTo: bert@ext.test\n\n--9F1/mx.ours.test--\n";

#[test]
fn postfix() {
    one(POSTFIX, "bert@ext.test", "5.1.1", Some(550), Category::UserUnknown);
    let explanation = read(POSTFIX.as_bytes());
    assert_eq!(explanation.generator.as_deref(), Some("Postfix"));
    assert_eq!(explanation.language, Some("en"));
    let row = &explanation.recipients[0];
    assert_eq!(row.remote_mta.as_deref(), Some("mail.ext.test"));
    assert!(row.permanent && !row.why.is_empty());
}

#[test]
fn line_ends_make_no_difference() {
    let crlf = POSTFIX.replace('\n', "\r\n");
    let cr = POSTFIX.replace('\n', "\r");
    assert_eq!(read(POSTFIX.as_bytes()), read(crlf.as_bytes()));
    assert_eq!(read(POSTFIX.as_bytes()), read(cr.as_bytes()));
}

#[test]
fn exim_without_a_machine_readable_part() {
    let message = "X-Failed-Recipients: bert@ext.test, cora@ext.test\nAuto-Submitted: auto-replied\n\
        From: Mail Delivery System <Mailer-Daemon@mx.ours.test>\nTo: anna@ours.test\n\
        Subject: Mail delivery failed: returning message to sender\n\n\
        This message was created automatically by mail delivery software.\n\n\
        A message that you sent could not be delivered to one or more of its\nrecipients. The following \
        address(es) failed:\n\n  bert@ext.test\n    host mail.ext.test [192.0.2.9]\n    SMTP error from \
        remote mail server after RCPT TO:<bert@ext.test>:\n    550 5.2.2 mailbox is full\n  cora@ext.test\n\
        \x20   retry timeout exceeded\n\n------ This is a copy of the message, including all the headers. ------\n\n\
        From: anna@ours.test\nTo: bert@ext.test, cora@ext.test\n\nhello\n";
    let rows = rows(message);
    assert_eq!(
        summary(&rows[0]),
        ("bert@ext.test".into(), "5.2.2".into(), Some(550), Category::MailboxFull, true)
    );
    assert_eq!(
        summary(&rows[1]),
        ("cora@ext.test".into(), String::new(), None, Category::Expired, false)
    );
}

#[test]
fn sendmail_with_a_transcript_only() {
    let message = "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.ours.test>\nTo: <anna@ours.test>\n\
        Subject: Returned mail: see transcript for details\n\nThe original message was received at Mon, 1 Jun 2026\n\
        from localhost\n\n   ----- The following addresses had permanent fatal errors -----\n<bert@ext.test>\n\
        \x20   (reason: 553 5.3.0 <bert@ext.test>... Addressee unknown)\n\n   ----- Transcript of session follows -----\n\
        ... while talking to mail.ext.test.:\n>>> DATA\n<<< 553 5.3.0 <bert@ext.test>... Addressee unknown\n\
        550 5.1.1 <bert@ext.test>... User unknown\n\n   ----- Original message follows -----\n\nTo: bert@ext.test\n";
    one(message, "bert@ext.test", "5.3.0", Some(553), Category::UserUnknown);
}

#[test]
fn qmail_and_its_children() {
    let message = "From: MAILER-DAEMON@mx.ours.test\nTo: anna@ours.test\nSubject: failure notice\n\n\
        Hi. This is the qmail-send program at mx.ours.test.\nI'm afraid I wasn't able to deliver your message to \
        the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n\
        <bert@ext.test>:\n192.0.2.9 does not like recipient.\nRemote host said: 550 5.7.1 Relaying denied\n\
        Giving up on 192.0.2.9.\n\n<cora@nowhere.test>:\nSorry, I couldn't find any host named nowhere.test. (#5.1.2)\n\n\
        --- Below this line is a copy of the message.\n\nReturn-Path: <anna@ours.test>\nTo: someone@else.test\n";
    let rows = rows(message);
    assert_eq!(rows.len(), 2);
    assert_eq!(summary(&rows[0]).3, Category::RelayDenied);
    assert_eq!(
        summary(&rows[1]),
        ("cora@nowhere.test".into(), "5.1.2".into(), None, Category::DomainError, true)
    );
}

#[test]
fn exchange_in_five_languages_pasted_without_headers() {
    for (head, admin) in [
        (
            "Delivery has failed to these recipients or groups:",
            "Diagnostic information for administrators:",
        ),
        (
            "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:",
            "Diagnoseinformationen für Administratoren:",
        ),
        (
            "Het bezorgen bij de volgende ontvangers of groepen is mislukt:",
            "Diagnostische gegevens voor beheerders:",
        ),
        (
            "Det gick inte att leverera till följande mottagare eller grupper:",
            "Diagnostikinformation för administratörer:",
        ),
        (
            "Échec de la remise aux destinataires suivants ou aux groupes :",
            "Informations de diagnostic pour les administrateurs :",
        ),
    ] {
        let text = format!(
            "{head}\n\nBert Ext (bert@ext.test)<mailto:bert@ext.test>\n\n{admin}\n\nGenerating server: EX1.ours.test\n\n\
             bert@ext.test\nmail.ext.test\nRemote Server returned '550 5.7.64 TenantAttribution; Relay Access Denied \
             [AM1EUR.prod.outlook.test] ATTR36'\n\nOriginal message headers:\n\nFrom: anna@ours.test\n"
        );
        one(&text, "bert@ext.test", "5.7.64", Some(550), Category::RelayDenied);
        let row = &rows(&text)[0];
        assert!(row.fields.iter().any(|(name, value)| name == "ATTR" && value == "36"), "{row:#?}");
        assert_eq!(row.text_key, "code-attribution-failed");
    }
}

#[test]
fn exchange_online_in_html_only() {
    let message = "From: Microsoft Outlook <postmaster@ours.test>\nTo: anna@ours.test\n\
        Subject: Undeliverable: hello\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n\
        <html><head><style>p{color:=23fff}</style></head><body><p>Your message to <a href=3D\"mailto:bert@ext.test\">bert@ext.test</a> \
        couldn=E2=80=99t be delivered.</p><p>Remote server returned =\n'550 5.4.316 Message expired, connection refused(Socket error code 10061)'</p>\
        <p>[LastAttemptedServerName=3Dmail.ext.test] [LastAttemptedIP=3D192.0.2.9:25]</p></body></html>\n";
    let rows = rows(message);
    assert_eq!(rows[0].address.as_deref(), Some("bert@ext.test"));
    assert_eq!(rows[0].enhanced_code.unwrap().to_string(), "5.4.316");
    assert_eq!(rows[0].text_key, "code-connection-refused");
    assert!(rows[0].fields.contains(&("LastAttemptedServerName".into(), "mail.ext.test".into())));
}

#[test]
fn other_layouts() {
    for (text, category) in [
        // Courier
        (
            "This is a delivery status notification from mx.ours.test,\nrunning the Courier mail server.\n\nUNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<bert@ext.test>:\n    mail.ext.test [192.0.2.9]:\n>>> RCPT TO:<bert@ext.test>\n<<< 550 5.1.1 User unknown\n",
            Category::UserUnknown,
        ),
        // GroupWise
        (
            "The message that you sent was undeliverable to the following:\n\tbert@ext.test (550 unknown user)\n",
            Category::UserUnknown,
        ),
        // OpenSMTPD
        (
            "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n    An error has occurred while attempting to deliver a message for\n    the following list of recipients:\n\nbert@ext.test: 550 5.2.2 over quota\n\n    Below is a copy of the original message:\n\nTo: q@q.test\n",
            Category::MailboxFull,
        ),
        // DragonFly
        (
            "This is the DragonFly Mail Agent v0.13 at mx.ours.test.\n\nThere was an error delivering your mail to <bert@ext.test>.\n\nmail.ext.test [192.0.2.9] did not like our RCPT TO:\n550 5.7.1 relay denied\n\nMessage headers follow.\n\nTo: q@q.test\n",
            Category::RelayDenied,
        ),
        // T-Online and others of the Smail kind
        (
            "|------------------------- Message log follows: -------------------------|\n no valid recipients were found for this message\n|------------------------- Failed addresses follow: ---------------------|\n <bert@ext.test>\n   552 5.2.2 Quota exceeded\n|------------------------- Message text follows: ------------------------|\nTo: q@q.test\n",
            Category::MailboxFull,
        ),
        // MDaemon
        (
            "The following addresses did NOT receive a copy of your message:\n\n> bert@ext.test\n\n--- Session Transcript ---\n RCPT To:<bert@ext.test>\n 550 <bert@ext.test>, Recipient unknown\n--- End Transcript ---\n",
            Category::UserUnknown,
        ),
        // Yahoo
        (
            "Sorry, we were unable to deliver your message to the following address.\n\n<bert@ext.test>:\n552: 5.2.2 mailbox full\n\n--- Below this line is a copy of the message.\n\nTo: q@q.test\n",
            Category::MailboxFull,
        ),
        // Gmail
        (
            "** Address not found **\n\nYour message wasn't delivered to bert@ext.test because the address couldn't be found, or is unable to receive mail.\n\nThe response was:\n550 5.1.1 The email account that you tried to reach does not exist.\n",
            Category::UserUnknown,
        ),
        // Domino
        (
            "Your message\n\n  Subject: hello\n\nwas not delivered to:\n\n  bert@ext.test\n\nbecause:\n\n  User bert (bert@ext.test) not listed in Domino Directory\n",
            Category::UserUnknown,
        ),
        // German free text
        (
            "Ihre Nachricht konnte nicht zugestellt werden. Folgende Empfänger haben sie nicht erhalten:\n\n  bert@ext.test\n\nDas Postfach des Empfängers ist voll.\n",
            Category::MailboxFull,
        ),
    ] {
        let rows = rows(text);
        assert_eq!(rows.len(), 1, "{text}\n{rows:#?}");
        assert_eq!(rows[0].address.as_deref(), Some("bert@ext.test"), "{text}");
        assert_eq!(rows[0].category, category, "{text}\n{:#?}", rows[0]);
    }
}

#[test]
fn delays_are_temporary_and_nobody_acts() {
    let message = "From: Mail Delivery System <Mailer-Daemon@mx.ours.test>\nTo: anna@ours.test\n\
        Subject: Warning: message 1abc-2 delayed 24 hours\n\nThis message was created automatically by mail delivery software.\n\
        A message that you sent has not yet been delivered to one or more of its recipients.\n\n\
        The address to which the message has not yet been delivered is:\n\n  bert@ext.test\n\n\
        No action is required on your part. Delivery attempts will continue for\nsome time.\n";
    let rows = rows(message);
    assert_eq!(rows[0].address.as_deref(), Some("bert@ext.test"));
    assert!(!rows[0].permanent);
    assert_eq!(rows[0].action.word(), "delayed");
    assert_eq!(rows[0].who_acts.name(), "nobody");
}

#[test]
fn reports_inside_other_mail_are_found() {
    let attached = format!(
        "From: anna@ours.test\nTo: help@ours.test\nSubject: what is this?\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: text/plain\n\nPlease explain.\n\
         --outer\nContent-Type: message/rfc822\n\n{POSTFIX}\n--outer--\n"
    );
    one(&attached, "bert@ext.test", "5.1.1", Some(550), Category::UserUnknown);
    let quoted: String = "This is the mail system at host mx.ours.test.\n\n<bert@ext.test>: host mail.ext.test said: \
        552 5.2.2 mailbox full (in reply to RCPT TO command)\n"
        .lines()
        .map(|line| format!("> {line}\n"))
        .collect();
    let message = format!(
        "From: anna@ours.test\nTo: help@ours.test\nSubject: Fwd: problem\n\nWhat now?\n\n{quoted}"
    );
    one(&message, "bert@ext.test", "5.2.2", Some(552), Category::MailboxFull);
}

#[test]
fn lines_codes_and_clients() {
    let row = &rows("5.4.316")[0];
    assert_eq!((row.text_key, row.address.as_deref()), ("code-connection-refused", None));
    let row = &rows(
        "450 4.4.317 Cannot connect to remote server [Message=451 5.7.3 STARTTLS is required to send mail] \
        [LastAttemptedServerName=mail.corp.test] [LastAttemptedIP=192.0.2.7:25]",
    )[0];
    assert_eq!(row.text_key, "code-cannot-connect");
    assert_eq!((row.reply_code, row.permanent), (Some(450), false));
    for text in [
        "Die Nachricht konnte nicht gesendet werden, weil ein Empfänger abgelehnt wurde. Die abgelehnte E-Mail-Adresse ist \"bert@ext.test\". \
         Konto: \"Büro\", Server: \"smtp.ours.test\", Protokoll: SMTP, Serverantwort: \"550 5.7.1 <bert@ext.test>... Relaying denied\", Anschluss: 25, Fehlernummer: 0x800CCC79.",
        "Het bericht kan niet worden verzonden. Het geweigerde e-mailadres is 'bert@ext.test'. Server: 'smtp.ours.test', \
         Antwoord van server: '550 Relaying denied', Poort: 25, Foutnummer: 0x800CCC79",
        "Meddelandet kunde inte skickas. Den avvisade e-postadressen var 'bert@ext.test'. Server: 'smtp.ours.test', \
         Serversvar: '550 relay not permitted', Port: 25, Felnummer: 0x800CCC79",
    ] {
        let explanation = read(text.as_bytes());
        assert_eq!(explanation.kind, Kind::ClientError);
        let row = &explanation.recipients[0];
        assert_eq!(row.address.as_deref(), Some("bert@ext.test"), "{text}");
        assert_eq!((row.reply_code, row.category), (Some(550), Category::RelayDenied), "{text}");
        assert_eq!(row.remote_mta.as_deref(), Some("smtp.ours.test"), "{text}");
    }
}

#[test]
fn complaints_and_automatic_replies_are_no_bounces() {
    let complaint = "From: fbl@ext.test\nTo: abuse@ours.test\nSubject: complaint\n\
        Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nA complaint.\n--b\n\
        Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: <bert@ext.test>\n\
        --b\nContent-Type: message/rfc822\n\nTo: bert@ext.test\n\nx\n--b--\n";
    let explanation = read(complaint.as_bytes());
    assert_eq!(explanation.kind, Kind::Complaint);
    assert_eq!(explanation.recipients[0].category, Category::Feedback);
    assert_eq!(explanation.recipients[0].address.as_deref(), Some("bert@ext.test"));
    let vacation = "From: Bert <bert@ext.test>\nTo: anna@ours.test\nAuto-Submitted: auto-replied\n\
        Subject: Automatische Antwort: hallo\n\nIch bin bis Montag nicht im Büro.\n";
    let explanation = read(vacation.as_bytes());
    assert_eq!(
        (explanation.kind, explanation.recipients[0].category),
        (Kind::AutomaticReply, Category::Vacation)
    );
}

#[test]
fn ordinary_mail_is_no_report() {
    for message in [
        "From: anna@ours.test\nTo: bert@ext.test\nSubject: lunch\n\nAt 12:30? Room 550, bring 452 chairs.\n",
        "From: anna@ours.test\nTo: bert@ext.test\nSubject: Re: quota\n\nMy mailbox is full of your jokes.\n",
        "Dear all,\n\nthe meeting is moved to Monday.\n\nAnna\n",
        "",
        "\u{feff}\n\n",
    ] {
        let explanation = read(message.as_bytes());
        assert!(explanation.recipients.is_empty(), "{message}\n{explanation:#?}");
    }
}

#[test]
fn the_document_has_the_agreed_fields_in_every_language() {
    let explanation = read(POSTFIX.as_bytes());
    let mut causes = Vec::new();
    for language in Language::ALL {
        let value = serde_json::to_value(render(&explanation, language)).unwrap();
        let row = &value["recipients"][0];
        for field in [
            "address",
            "enhanced_code",
            "reply_code",
            "action",
            "permanent",
            "category",
            "remote_mta",
            "diagnostic",
            "cause",
            "who_acts",
            "what_to_do",
        ] {
            assert!(!row[field].is_null(), "{field}");
        }
        assert_eq!(
            (&row["category"], &row["who_acts"]),
            (&"user_unknown".into(), &"sender".into())
        );
        assert!(row["why"].is_null());
        causes.push(row["cause"].as_str().unwrap().to_owned());
    }
    causes.dedup();
    assert_eq!(causes.len(), 4, "{causes:?}");
}
