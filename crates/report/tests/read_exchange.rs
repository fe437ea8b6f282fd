//! Exchange and Exchange Online, in both their layouts and in the languages of their users; and the
//! details in brackets that they add.

use causeway_report::read::{Category, ReadRecipient, read};

#[track_caller]
fn rows(text: &str) -> Vec<ReadRecipient> {
    read(text.as_bytes()).recipients
}

/// Head of the classic layout, the words for an unknown recipient, the heading for administrators,
/// "Generating server", "Original message headers".
static CLASSIC: &[(&str, &str, &str, &str, &str, &str)] = &[
    (
        "en",
        "Delivery has failed to these recipients or groups:",
        "The email address you entered couldn't be found. Please check the recipient's email address and try to resend the message.",
        "Diagnostic information for administrators:",
        "Generating server",
        "Original message headers:",
    ),
    (
        "de",
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:",
        "Die eingegebene E-Mail-Adresse konnte nicht gefunden werden. Überprüfen Sie die E-Mail-Adresse des Empfängers.",
        "Diagnoseinformationen für Administratoren:",
        "Generierender Server",
        "Ursprüngliche Nachrichtenkopfzeilen:",
    ),
    (
        "nl",
        "Het bezorgen bij de volgende ontvangers of groepen is mislukt:",
        "Het e-mailadres dat u hebt ingevoerd, kan niet worden gevonden. Controleer het e-mailadres van de ontvanger.",
        "Diagnostische gegevens voor beheerders:",
        "Server die de melding heeft gegenereerd",
        "Oorspronkelijke berichtkoppen:",
    ),
    (
        "sv",
        "Det gick inte att leverera till följande mottagare eller grupper:",
        "Det gick inte att hitta e-postadressen du angav. Kontrollera mottagarens e-postadress.",
        "Diagnostikinformation för administratörer:",
        "Genererande server",
        "Ursprungliga meddelandehuvuden:",
    ),
    (
        "fr",
        "Échec de la remise à ces destinataires ou groupes :",
        "L'adresse de courrier que vous avez entrée est introuvable. Vérifiez l'adresse de messagerie du destinataire.",
        "Informations de diagnostic pour les administrateurs :",
        "Serveur de génération",
        "En-têtes de message d'origine :",
    ),
    (
        "es",
        "No se pudo entregar el mensaje a estos destinatarios o grupos:",
        "No se encontró la dirección de correo electrónico que especificó. Compruebe la dirección del destinatario.",
        "Información de diagnóstico para administradores:",
        "Generando servidor",
        "Encabezados de mensajes originales:",
    ),
    (
        "it",
        "Recapito non riuscito per i seguenti destinatari o gruppi:",
        "L'indirizzo di posta elettronica immesso non è stato trovato. Controllare l'indirizzo del destinatario.",
        "Informazioni di diagnostica per gli amministratori:",
        "Server di generazione",
        "Intestazioni originali del messaggio:",
    ),
];

#[test]
fn the_classic_layout_in_seven_languages() {
    for (language, head, words, admin, server, headers) in CLASSIC {
        let body = format!(
            "{head}\n\nBert Ext (bert@ext.test)<mailto:bert@ext.test>\n{words}\n\n\n{admin}\n\n{server}: EX1.ours.test\n\n\
             bert@ext.test\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n\n{headers}\n\nReceived: from EX1.ours.test \
             (192.0.2.1) by EX1.ours.test\nFrom: Anna <anna@ours.test>\nTo: Bert <bert@ext.test>, Cora <cora@ext.test>\n"
        );
        let message = format!(
            "From: <postmaster@ours.test>\nTo: <anna@ours.test>\nSubject: Undeliverable: x\nMIME-Version: 1.0\n\
             Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\nX-MS-Exchange-Message-Is-Ndr:\n\n{body}"
        );
        for text in [&body, &message] {
            let rows = rows(text);
            assert_eq!(rows.len(), 1, "{language}: {rows:#?}");
            let row = &rows[0];
            assert_eq!(row.address.as_deref(), Some("bert@ext.test"), "{language}");
            assert_eq!(
                row.enhanced_code.map(|c| c.to_string()).as_deref(),
                Some("5.1.1"),
                "{language}"
            );
            assert_eq!(
                (row.reply_code, row.category),
                (Some(550), Category::UserUnknown),
                "{language}: {row:#?}"
            );
        }
        let explanation = read(message.as_bytes());
        assert_eq!(explanation.generator.as_deref(), Some("Exchange"), "{language}");
        assert_eq!(explanation.language, Some(*language));
    }
}

/// The newer layout of Exchange Online: the first sentence, "action required", "more info".
static MODERN: &[(&str, &str, &str)] = &[
    (
        "en",
        "Your message to bert@ext.test couldn't be delivered.",
        "bert wasn't found at ext.test.",
    ),
    (
        "de",
        "Ihre Nachricht an bert@ext.test konnte nicht zugestellt werden.",
        "bert wurde unter ext.test nicht gefunden.",
    ),
    (
        "nl",
        "Uw bericht aan bert@ext.test kan niet worden bezorgd.",
        "bert is niet gevonden op ext.test.",
    ),
    (
        "sv",
        "Ditt meddelande till bert@ext.test kunde inte levereras.",
        "bert hittades inte på ext.test.",
    ),
    (
        "fr",
        "Votre message à bert@ext.test n'a pas pu être remis.",
        "bert est introuvable sur ext.test.",
    ),
    ("es", "No se pudo entregar el mensaje a bert@ext.test.", "No se encontró bert en ext.test."),
];

#[test]
fn the_newer_layout_as_text_and_as_html() {
    for (language, sentence, reason) in MODERN {
        let code = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient bert@ext.test not found by SMTP address lookup";
        let text = format!(
            "{sentence}\n\n{reason}\n\nanna\tOffice 365\tbert\nAction Required\t\tRecipient\n\n{code}\n"
        );
        let html = format!(
            "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@ours.test>\nTo: anna@ours.test\n\
             Subject: Undeliverable: x\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n<html><body>\
             <table><tr><td><b>{sentence}</b></td></tr><tr><td>{reason}</td></tr></table><p>Remote server returned '{code}'</p>\
             </body></html>\n"
        );
        for input in [&text, &html] {
            let rows = rows(input);
            assert_eq!(rows.len(), 1, "{language}: {rows:#?}\n{input}");
            assert_eq!(rows[0].address.as_deref(), Some("bert@ext.test"), "{language}");
            assert_eq!(rows[0].category, Category::UserUnknown, "{language}: {:#?}", rows[0]);
            assert_eq!(
                rows[0].enhanced_code.map(|c| c.to_string()).as_deref(),
                Some("5.1.10"),
                "{language}"
            );
        }
    }
}

#[test]
fn details_in_brackets_are_fields() {
    for (text, expected) in [
        (
            "450 4.4.316 Connection refused [Message=Socket error code 10061] [LastAttemptedServerName=mail.corp.test] \
             [LastAttemptedIP=192.0.2.7:25] [SmtpSecurity=-1;-1] [DB5EUR.eop.test 2026-06-01T10:00:00.000Z 08DC]",
            &[
                ("Message", "Socket error code 10061"),
                ("LastAttemptedServerName", "mail.corp.test"),
                ("LastAttemptedIP", "192.0.2.7:25"),
                ("SmtpSecurity", "-1;-1"),
            ][..],
        ),
        (
            "Reason: [{LED=450 4.4.317 Cannot connect to remote server [Message=451 4.7.0 Temporary server error]};{MSG=};\
             {FQDN=mail.corp.test};{IP=192.0.2.7};{LRT=6/1/2026 10:00:00 AM}]",
            &[("FQDN", "mail.corp.test"), ("IP", "192.0.2.7"), ("LRT", "6/1/2026 10:00:00 AM")][..],
        ),
        (
            "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [DB5EUR.eop.test]",
            &[("AS", "201806281")][..],
        ),
        ("550 5.7.64 TenantAttribution; Relay Access Denied [ATTR36]", &[("ATTR", "36")][..]),
        (
            "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS77712)",
            &[("AS", "77712")][..],
        ),
        ("550 5.7.1 refused [Stage: CreateMessage]", &[("Stage", "CreateMessage")][..]),
    ] {
        let row = &rows(text)[0];
        for (name, value) in expected {
            let found = row.fields.iter().any(|(n, v)| n == name && v == value);
            assert!(found, "{name}={value} in {text}\n{:#?}", row.fields);
        }
    }
}
