//! What mail programs tell their users, pasted as it is: numbers and sentences, in many languages.

use causeway_report::read::{Category, Kind, ReadRecipient, read};

#[track_caller]
fn one(text: &str) -> ReadRecipient {
    let explanation = read(text.as_bytes());
    assert_eq!(explanation.kind, Kind::ClientError, "{text}\n{explanation:#?}");
    assert_eq!(explanation.recipients.len(), 1, "{text}");
    explanation.recipients[0].clone()
}

/// The dialog of Outlook Express and Windows Mail: one recipient refused with "relaying denied".
static REFUSED: &[(&str, &str)] = &[
    (
        "en",
        "The message could not be sent because one of the recipients was rejected by the server. The rejected e-mail \
         address was 'bert@ext.test'. Subject 'x', Account: 'Office', Server: 'smtp.ours.test', Protocol: SMTP, Server \
         Response: '550 5.7.1 <bert@ext.test>... Relaying denied', Port: 25, Secure(SSL): No, Server Error: 550, Error \
         Number: 0x800CCC79",
    ),
    (
        "de",
        "Die Nachricht konnte nicht gesendet werden, weil einer der Empfänger vom Server nicht akzeptiert wurde. Die nicht \
         akzeptierte E-Mail-Adresse ist \"bert@ext.test\". Betreff 'x', Konto: 'Büro', Server: 'smtp.ours.test', \
         Protokoll: SMTP, Serverantwort: '550 5.7.1 <bert@ext.test>... Relaying denied', Port: 25, Secure (SSL): Nein, \
         Serverfehler: 550, Fehlernummer: 0x800CCC79",
    ),
    (
        "nl",
        "Het bericht kan niet worden verzonden omdat een van de ontvangers door de server is geweigerd. Het geweigerde \
         e-mailadres is 'bert@ext.test'. Onderwerp: 'x', Account: 'Kantoor', Server: 'smtp.ours.test', Protocol: SMTP, \
         Antwoord van server: '550 5.7.1 <bert@ext.test>... Relaying denied', Poort: 25, Beveiligd (SSL): Nee, Serverfout: \
         550, Foutnummer: 0x800CCC79",
    ),
    (
        "sv",
        "Det gick inte att skicka meddelandet eftersom en av mottagarna avvisades av servern. Den avvisade e-postadressen \
         var 'bert@ext.test'. Ämne 'x', Konto: 'Kontor', Server: 'smtp.ours.test', Protokoll: SMTP, Serversvar: '550 5.7.1 \
         <bert@ext.test>... Relaying denied', Port: 25, Säker (SSL): Nej, Serverfel: 550, Felnummer: 0x800CCC79",
    ),
    (
        "fr",
        "Impossible d'envoyer le message car le serveur a refusé l'un des destinataires. L'adresse de messagerie refusée est \
         'bert@ext.test'. Objet : 'x', Compte : 'Bureau', Serveur : 'smtp.ours.test', Protocole : SMTP, Réponse du serveur : \
         '550 5.7.1 <bert@ext.test>... Relaying denied', Port : 25, Sécurisé (SSL) : Non, Erreur de serveur : 550, Numéro \
         d'erreur : 0x800CCC79",
    ),
    (
        "es",
        "No se puede enviar el mensaje porque el servidor rechazó a uno de los destinatarios. La dirección rechazada es \
         'bert@ext.test'. Asunto 'x', Cuenta: 'Oficina', Servidor: 'smtp.ours.test', Protocolo: SMTP, Respuesta del \
         servidor: '550 5.7.1 <bert@ext.test>... Relaying denied', Puerto: 25, Seguridad (SSL): No, Error de servidor: 550, \
         Número de error: 0x800CCC79",
    ),
];

#[test]
fn a_refused_recipient_in_outlook_in_six_languages() {
    for (language, text) in REFUSED {
        let row = one(text);
        assert_eq!(row.address.as_deref(), Some("bert@ext.test"), "{language}: {row:#?}");
        assert_eq!(
            (row.reply_code, row.category),
            (Some(550), Category::RelayDenied),
            "{language}: {row:#?}"
        );
        assert_eq!(
            row.enhanced_code.map(|code| code.to_string()).as_deref(),
            Some("5.7.1"),
            "{language}"
        );
        assert_eq!(row.remote_mta.as_deref(), Some("smtp.ours.test"), "{language}: {row:#?}");
        assert_eq!(
            (row.text_key, row.who_acts.name()),
            ("client-relay-refused", "sender"),
            "{language}"
        );
        assert!(row.fields.contains(&("client error".into(), "0x800CCC79".into())), "{language}");
    }
}

#[test]
fn the_quoted_answer_says_more_than_the_number() {
    let row = one(&REFUSED[1]
        .1
        .replace("5.7.1 <bert@ext.test>... Relaying denied", "5.1.1 User unknown"));
    assert_eq!((row.category, row.text_key), (Category::UserUnknown, "user_unknown"));
}

#[test]
fn numbers_alone_and_in_their_dialogs() {
    for (text, category, key) in [
        ("0x800CCC0E", Category::Network, "client-cannot-connect"),
        ("0x800ccc0f", Category::Network, "client-connection-lost"),
        ("Outlook error 0x800CCC19?", Category::Network, "client-timeout"),
        ("0x800CCC67", Category::System, "client-server-busy"),
        ("0x800CCC92", Category::Security, "client-login-failed"),
        ("0x800CCC78", Category::SenderRejected, "client-sender-refused"),
        ("0x800CCC7B", Category::UserUnknown, "client-no-recipient"),
        ("0x80042109", Category::Network, "client-cannot-connect"),
        ("0x8004210B", Category::Network, "client-timeout"),
        ("0x80072EFD", Category::Network, "client-cannot-connect"),
        (
            "Task 'bert@ext.test - Sending' reported error (0x80042109): 'Outlook cannot connect to your outgoing (SMTP) \
             e-mail server. If you continue to receive this message, contact your server administrator or Internet \
             service provider (ISP).'",
            Category::Network,
            "client-cannot-connect",
        ),
        (
            "Die Verbindung zum Server ist fehlgeschlagen. Konto: 'Büro', Server: 'smtp.ours.test', Protokoll: SMTP, \
             Port: 25, Secure (SSL): Nein, Socketfehler: 10061, Fehlernummer: 0x800CCC0E",
            Category::Network,
            "client-cannot-connect",
        ),
    ] {
        let row = one(text);
        assert_eq!((row.category, row.text_key), (category, key), "{text}\n{row:#?}");
    }
    let row = one(
        "The connection to the server has failed. Server: 'smtp.ours.test', Socket Error: 10060, Error Number: 0x800CCC0E",
    );
    assert!(row.fields.contains(&("socket error".into(), "10060".into())), "{row:#?}");
}

#[test]
fn sentences_of_programs_that_have_no_numbers() {
    for (text, category, key) in [
        (
            "An error occurred while sending mail. The mail server responded:  5.7.1 <bert@ext.test>: Relay access denied. \
             Please check the message recipient \"bert@ext.test\" and try again.",
            Category::RelayDenied,
            "client-relay-refused",
        ),
        (
            "Beim Senden der Nachricht ist ein Fehler aufgetreten. Der Mail-Server antwortete:  550 5.1.1 <bert@ext.test>: \
             User unknown. Bitte überprüfen Sie den Empfänger der Nachricht „bert@ext.test“ und versuchen Sie es erneut.",
            Category::UserUnknown,
            "user_unknown",
        ),
        (
            "Er is een fout opgetreden bij het verzenden van e-mail. De mailserver antwoordde:  552 5.2.2 Mailbox full. \
             Controleer de ontvanger “bert@ext.test” en probeer het opnieuw.",
            Category::MailboxFull,
            "mailbox_full",
        ),
        (
            "Ett fel uppstod vid sändning av e-post. E-postservern svarade: 5.1.1 <bert@ext.test>: User unknown. Kontrollera \
             meddelandets mottagare \"bert@ext.test\" och försök igen.",
            Category::UserUnknown,
            "user_unknown",
        ),
        (
            "Sending of the message failed.\nThe message could not be sent because connecting to Outgoing server (SMTP) \
             smtp.ours.test failed. The server may be unavailable or is refusing SMTP connections. Please verify that your \
             Outgoing server (SMTP) settings are correct and try again.",
            Category::Network,
            "client-cannot-connect",
        ),
        (
            "Senden der Nachricht fehlgeschlagen.\nDie Nachricht konnte nicht gesendet werden, weil die Verbindung mit dem \
             Postausgang-Server (SMTP) smtp.ours.test fehlgeschlagen ist.",
            Category::Network,
            "client-cannot-connect",
        ),
        (
            "Unable to authenticate to Outgoing server (SMTP) smtp.ours.test. Please check the password and verify the \
             'Authentication method' in 'Account Settings | Outgoing server (SMTP)'.",
            Category::Security,
            "client-login-failed",
        ),
        (
            "Cannot send message using the server smtp.ours.test\n\nThe sender address anna@ours.test was rejected by the \
             server smtp.ours.test. The server response was: 5.7.1 Sender address rejected: not owned by user",
            Category::SenderRejected,
            "client-sender-refused",
        ),
        (
            "One of the recipient addresses was rejected by the server.\nThe server response was: 5.1.1 <bert@ext.test> \
             User unknown\nUse the pop-up menu below to try a different outgoing mail server.",
            Category::UserUnknown,
            "user_unknown",
        ),
    ] {
        let row = one(text);
        assert_eq!((row.category, row.text_key), (category, key), "{text}\n{row:#?}");
        if text.contains("smtp.ours.test") {
            assert_eq!(row.remote_mta.as_deref(), Some("smtp.ours.test"), "{text}");
        }
    }
}
