//! What is known of particular mail systems: how to recognise them, where their lists of
//! recipients begin, and where the returned original begins. How they say at which step of a session
//! an answer came is in [`super::steps`], what certain hosts mean by their words in [`super::hosts`].
//!
//! Data with small look-ups around it. A system that is not here is read all the same, by the
//! general rules of [`super::free_text`].

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::Category;
use super::header::Header;

/// A phrase in the human part, lower case, that only one system writes.
static SIGNATURES: &[(&str, &str)] = &[
    ("this is the mail system at host", "Postfix"),
    ("this is the postfix program at host", "Postfix"),
    ("the mail system\n\n<", "Postfix"),
    ("this is the qmail-send program", "qmail"),
    ("this is the mail delivery agent at", "qmail"),
    ("this is the machine generated message from mail service", "qmail"),
    ("created automatically by mail delivery software", "Exim"),
    ("created automatically by mail delivery system", "Zoho"),
    ("transcript of session follows", "Sendmail"),
    ("the following addresses had permanent", "Sendmail"),
    ("the following addresses had transient", "Sendmail"),
    ("dragonfly mail agent", "DragonFly Mail Agent"),
    ("this is the mailer-daemon, please do not reply", "OpenSMTPD"),
    ("courier mail server", "Courier"),
    ("running the courier mail", "Courier"),
    ("google tried to deliver your message", "Gmail"),
    ("learn more at https://support.google.com/mail", "Gmail"),
    ("** address not found **", "Gmail"),
    ("** message blocked **", "Gmail"),
    ("** delivery incomplete **", "Gmail"),
    ("** message not delivered **", "Gmail"),
    ("google groups", "Google Groups"),
    ("diagnostic information for administrators", "Exchange"),
    ("diagnoseinformationen für administratoren", "Exchange"),
    ("diagnostische gegevens voor beheerders", "Exchange"),
    ("diagnostikinformation för administratörer", "Exchange"),
    ("informations de diagnostic pour les administrateurs", "Exchange"),
    ("información de diagnóstico para administradores", "Exchange"),
    ("informazioni di diagnostica per gli amministratori", "Exchange"),
    ("informações de diagnóstico para administradores", "Exchange"),
    ("informacje diagnostyczne dla administratorów", "Exchange"),
    ("diagnosticeringsoplysninger til administratorer", "Exchange"),
    ("diagnostikkinformasjon for administratorer", "Exchange"),
    ("järjestelmänvalvojille tarkoitetut diagnostiikkatiedot", "Exchange"),
    ("диагностические сведения для администраторов", "Exchange"),
    ("管理者向けの診断情報", "Exchange"),
    ("管理员诊断信息", "Exchange"),
    ("did not reach the following recipient(s)", "Exchange"),
    ("could not be delivered to the following recipients or distribution lists", "Exchange"),
    ("delivery has failed to these recipients", "Exchange"),
    ("your message wasn't delivered", "Exchange Online"),
    ("this report relates to a message you sent", "Oracle Messaging Server"),
    ("------- failure reasons", "Notes"),
    ("failure reasons --------", "Notes"),
    ("was not delivered to:", "Domino"),
    ("the message that you sent was undeliverable to the following", "GroupWise"),
    ("message from yahoo.com", "Yahoo"),
    ("sorry, we were unable to deliver your message to the following address", "Yahoo"),
    ("amazon ses", "Amazon SES"),
    ("amazon workmail", "Amazon WorkMail"),
    ("body of message generated response", "IMail"),
    ("mdaemon", "MDaemon"),
    ("failed addresses follow", "Smail"),
    ("mail.ru", "Mail.ru"),
    ("mailgun", "Mailgun"),
    ("sendgrid", "SendGrid"),
    ("mail delivery subsystem at t-online", "T-Online"),
    ("gmx mail", "GMX"),
    ("antispam cloud", "SpamExperts"),
    ("content-filter at", "amavis"),
    ("barracuda", "Barracuda"),
    ("mimecast", "Mimecast"),
    ("messagelabs", "MessageLabs"),
    ("surfcontrol", "SurfControl"),
    ("interscan", "InterScan"),
    ("mailfoundry", "MailFoundry"),
    ("powermta", "PowerMTA"),
    ("communigate", "CommuniGate"),
    ("mailenable", "MailEnable"),
    ("hmailserver", "hMailServer"),
    ("kerio", "Kerio"),
    ("smartermail", "SmarterMail"),
    ("zimbra", "Zimbra"),
    ("haraka", "Haraka"),
    ("james mail server", "Apache James"),
];

/// A field of the header or of the delivery status, by the start of its lower-case name.
static FIELD_SIGNATURES: &[(&str, &str)] = &[
    ("x-causeway-", "Causeway"),
    ("x-postfix-", "Postfix"),
    ("x-sendgrid-", "SendGrid"),
    ("x-yandex-", "Yandex"),
    ("x-outbound-mail-relay-", "AOL"),
    ("x-powermta", "PowerMTA"),
    ("x-symantec-messaging-gateway", "Symantec Messaging Gateway"),
    ("x-ms-exchange-", "Exchange"),
    ("x-bounceio", "BounceIO"),
    ("x-haraka-", "Haraka"),
    ("x-mailgun-", "Mailgun"),
    ("x-ses-", "Amazon SES"),
    ("x-momentum", "Momentum"),
    ("x-kumo", "KumoMTA"),
    ("x-zimbra-", "Zimbra"),
];

/// What From or Reporting-MTA ends in, or holds.
static HOST_SIGNATURES: &[(&str, &str)] = &[
    ("amazonses.com", "Amazon SES"),
    ("amazonaws.com", "Amazon SES"),
    ("googlemail.com", "Gmail"),
    ("google.com", "Gmail"),
    ("prod.outlook.com", "Exchange Online"),
    ("protection.outlook.com", "Exchange Online"),
    ("outlook.com", "Outlook.com"),
    ("hotmail.com", "Outlook.com"),
    ("yahoo.com", "Yahoo"),
    ("yahoo.co.jp", "Yahoo Japan"),
    ("aol.com", "AOL"),
    ("mail.ru", "Mail.ru"),
    ("yandex.ru", "Yandex"),
    ("yandex.net", "Yandex"),
    ("zoho.com", "Zoho"),
    ("mailgun.org", "Mailgun"),
    ("mailgun.net", "Mailgun"),
    ("sendgrid.net", "SendGrid"),
    ("icloud.com", "iCloud"),
    ("me.com", "iCloud"),
    ("mac.com", "iCloud"),
    ("apple.com", "iCloud"),
    ("gmx.net", "GMX"),
    ("gmx.de", "GMX"),
    ("web.de", "GMX"),
    ("kundenserver.de", "IONOS"),
    ("t-online.de", "T-Online"),
    ("messagelabs.com", "MessageLabs"),
    ("ezweb.ne.jp", "au by KDDI"),
    ("docomo.ne.jp", "NTT DOCOMO"),
];

static SIGNATURE_MATCHER: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(SIGNATURES.iter().map(|(text, _)| *text)).ok());

/// The system that wrote a text, by its phrases. `lower` is the lower-case human part.
pub(super) fn by_text(lower: &str) -> Option<&'static str> {
    let matcher = SIGNATURE_MATCHER.as_ref()?;
    let mut best: Option<usize> = None;
    for found in matcher.find_overlapping_iter(lower) {
        let index = found.pattern().as_usize();
        best = Some(best.map_or(index, |b| b.min(index)));
    }
    best.map(|index| SIGNATURES[index].1)
}

/// The system that wrote a report, by fields of the header or of the delivery status.
pub(super) fn by_fields(header: &Header<'_>, extensions: &[String]) -> Option<&'static str> {
    FIELD_SIGNATURES
        .iter()
        .find(|(start, _)| extensions.iter().any(|name| name.starts_with(start)))
        .or_else(|| FIELD_SIGNATURES.iter().find(|(start, _)| header.has_prefix(start)))
        .map(|(_, name)| *name)
}

/// The system that wrote a report, by a host name or address of its own.
pub(super) fn by_host(host: &str) -> Option<&'static str> {
    let host = host.trim_end_matches(['>', ')', ' ']).to_ascii_lowercase();
    HOST_SIGNATURES
        .iter()
        .find(|(end, _)| {
            host.strip_suffix(end)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.') || rest.ends_with('@'))
        })
        .map(|(_, name)| *name)
}

/// Words that begin a list of the recipients that were not reached, lower case. The addresses
/// stand at the beginnings of the lines that follow.
pub(super) static LIST_INTRODUCTIONS: &[&str] = &[
    "following address",
    "following recipient",
    "following email address",
    "following e-mail address",
    "following mailbox",
    "following user",
    "following destination",
    "following mail address",
    "following addressee",
    "following person",
    "following people",
    "following account",
    "these recipients",
    "these addresses",
    "this recipient",
    "this address:",
    "address failed",
    "addresses failed",
    "addresses follow",
    "address(es) failed",
    "failed recipients",
    "failed recipient",
    "list of recipients",
    "recipients:",
    "recipient:",
    "recipient(s)",
    "delivered to:",
    "deliver to:",
    "intended recipient",
    "could not be delivered to",
    "undeliverable to",
    "undelivered to",
    "delivery problems ---",
    "delivery errors---",
    "failure reasons",
    "had permanent fatal errors",
    "had delivery problems",
    "had transient non-fatal",
    "folgende empfänger",
    "folgenden empfänger",
    "folgende adresse",
    "folgenden adresse",
    "folgende e-mail",
    "volgende ontvanger",
    "volgende adres",
    "volgende geadresseerde",
    "deze ontvanger",
    "följande mottagare",
    "följande adress",
    "dessa mottagare",
    "destinataires suivants",
    "destinataire suivant",
    "ces destinataires",
    "adresses suivantes",
    "adresse suivante",
    "siguientes destinatarios",
    "siguiente destinatario",
    "siguientes direcciones",
    "estos destinatarios",
    "seguenti destinatari",
    "seguenti indirizzi",
    "seguintes destinatários",
    "seguintes endereços",
    "następujących adresat",
    "получателям",
    "следующим адрес",
    "следующим получател",
    "以下のメールアドレス",
    "以下のアドレス",
    "次の受信者",
    "宛先",
    "následující příjemc",
    "následujícím příjemc",
    "alábbi címzett",
    "aşağıdaki alıcı",
    "다음 수신자",
    "følgende modtager",
    "følgende mottaker",
    "seuraavalle vastaanottaj",
    "seuraaville vastaanottaj",
    "наступним одержувач",
    "以下收件人",
    "下列收件人",
];

/// They introduce a list, too: a second one, with the same recipients.
pub(super) static LIST_APPENDICES: &[&str] = &[
    "diagnostic information for administrators",
    "generating server:",
    "diagnoseinformationen für administratoren",
    "diagnostische gegevens voor beheerders",
    "diagnostikinformation för administratörer",
    "informations de diagnostic pour les administrateurs",
    "información de diagnóstico para administradores",
    "informazioni di diagnostica per gli amministratori",
    "informações de diagnóstico para administradores",
    "informacje diagnostyczne dla administratorów",
    "diagnosticeringsoplysninger til administratorer",
    "diagnostikkinformasjon for administratorer",
    "järjestelmänvalvojille tarkoitetut diagnostiikkatiedot",
    "диагностические сведения для администраторов",
    "管理者向けの診断情報",
    "管理员诊断信息",
];

/// Lines that end the list, besides the marks of the returned original: what follows is a
/// transcript, an appendix or advice.
pub(super) static LIST_ENDS: &[&str] = &[
    "transcript of session follows",
    "session transcript",
    "message log follows",
    "technical details",
    "reporting-mta:",
    "original message headers",
    "message details",
    "for further assistance",
    "for assistance",
    "original message details",
    "note:",
];

/// Lines that begin the returned original, lower case, after dashes and the like are taken off.
/// With `true` the line must end there (a colon, dots or dashes aside).
pub(super) static ORIGINAL_MARKS: &[(&str, bool)] = &[
    ("below this line is a copy of", false),
    ("below is a copy of", false),
    ("this is a copy of the message", false),
    ("this is a copy of your message", false),
    ("this is a copy of the header", false),
    ("here is a copy of", false),
    ("a copy of the original", false),
    ("a copy of your message", false),
    ("a copy of the message", false),
    ("included is a copy of", false),
    ("attached is a copy", false),
    ("the header of the original message", false),
    ("header of the original message", false),
    ("the headers of the original message", false),
    ("the body of the message is", false),
    ("the original message follows", false),
    ("original message follows", false),
    ("original message header", false),
    ("original message headers", false),
    ("original mail info", false),
    ("original message", true),
    ("original email", true),
    ("original mail", true),
    ("your original message", true),
    ("your original message follows", false),
    ("message header follows", false),
    ("message headers follow", false),
    ("message text follows", false),
    ("message follows", false),
    ("unsent message follows", false),
    ("unsent message below", false),
    ("undelivered message follows", false),
    ("undelivered message", true),
    ("returned message", true),
    ("returned message follows", false),
    ("start of returned message", false),
    ("returned mail follows", false),
    ("text of original message", false),
    ("forwarded message", true),
    ("the header and top", false),
    ("begin message", true),
    ("message header", true),
    ("message headers", true),
    ("mail header", true),
    ("copy of message", false),
    ("start of message", false),
    ("originalnachricht", true),
    ("ursprüngliche nachricht", true),
    ("kopfzeilen der originalnachricht", false),
    ("ursprüngliche nachrichtenkopfzeilen", false),
    ("oorspronkelijk bericht", true),
    ("oorspronkelijke berichtkoppen", false),
    ("ursprungligt meddelande", true),
    ("ursprungliga meddelandehuvuden", false),
    ("message d'origine", true),
    ("en-têtes de message d'origine", false),
    ("mensaje original", true),
    ("encabezados de mensajes originales", false),
    ("messaggio originale", true),
    ("mensagem original", true),
    ("исходное сообщение", true),
    ("元のメッセージ", false),
];

/// Domains whose reports mean one thing whenever they quote no server: suffix, meaning.
static DOMAIN_MEANINGS: &[(&str, Category)] = &[
    // "The group may not exist, or you may not have permission to post", in fifty languages.
    ("@googlegroups.com", Category::SenderRejected),
];

/// What a report about this address means when it quotes no answer of a server.
pub(super) fn domain_meaning(address: &str) -> Option<Category> {
    let address = address.to_ascii_lowercase();
    DOMAIN_MEANINGS.iter().find(|(end, _)| address.ends_with(end)).map(|(_, category)| *category)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_lower_case() {
        for text in SIGNATURES.iter().map(|(t, _)| *t).chain(LIST_INTRODUCTIONS.iter().copied()) {
            assert_eq!(text, text.to_lowercase());
        }
    }

    #[test]
    fn systems_are_recognised() {
        assert_eq!(by_text("hi. this is the qmail-send program at x"), Some("qmail"));
        assert_eq!(by_text("good morning"), None);
        assert_eq!(by_host("mailer-daemon@yandex.ru"), Some("Yandex"));
        assert_eq!(by_host("x.notyahoo.com"), None);
    }
}
