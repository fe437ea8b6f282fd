//! What mail programs say without a number: Thunderbird, Apple Mail, Outlook, in several languages.
//!
//! A sentence of the program stands around the server's answer, or instead of one. The answer, where
//! there is one, says why; else the sentence says what failed.

use super::Category::{self, *};
use super::classify::Draft;
use super::{WhoActs, hosts, phrases};

/// Words of one sentence in the languages of the programs; lower case, typographic quotes made plain.
struct Sentence {
    program: Option<&'static str>,
    words: &'static [&'static str],
    category: Category,
    key: &'static str,
    permanent: bool,
}

const THUNDERBIRD: Option<&str> = Some("Thunderbird");
const APPLE: Option<&str> = Some("Apple Mail");
const OUTLOOK: Option<&str> = Some("Outlook");

#[rustfmt::skip]
static SENTENCES: &[Sentence] = &[
    Sentence {
        program: THUNDERBIRD, category: Security, key: "client-login-failed", permanent: true,
        words: &[
            "unable to authenticate to outgoing server (smtp)", "sending of password did not succeed",
            "sending of username did not succeed", "authentifizierung am postausgang-server (smtp)",
            "kan niet authenticeren bij uitgaande server (smtp)", "kunde inte autentisera mot utgående server (smtp)",
            "unable to log in to the pop3 server", "unable to log in at server",
            "senden des passworts nicht erfolgreich", "impossible de s'authentifier sur le serveur sortant (smtp)",
        ],
    },
    Sentence {
        program: THUNDERBIRD, category: DomainError, key: "client-server-not-found", permanent: true,
        words: &[
            "outgoing server (smtp) * is unknown", "postausgang-server (smtp) * ist unbekannt",
            "uitgaande server (smtp) * is onbekend", "utgående server (smtp) * är okänd",
            "utgående servern (smtp) * är okänd", "serveur sortant (smtp) * est inconnu",
        ],
    },
    Sentence {
        program: THUNDERBIRD, category: Network, key: "client-timeout", permanent: false,
        words: &[
            "connection to outgoing server (smtp) * timed out", "zeitüberschreitung bei der verbindung mit dem postausgang-server",
            "verbinding met uitgaande server (smtp) * is verlopen", "anslutningen till utgående server (smtp) * avbröts på grund av tidsgräns",
        ],
    },
    Sentence {
        program: THUNDERBIRD, category: Network, key: "client-connection-lost", permanent: false,
        words: &[
            "connection to outgoing server (smtp) * was lost", "verbindung mit dem postausgang-server (smtp) * wurde unterbrochen",
            "verbinding met uitgaande server (smtp) * is verbroken", "anslutningen till utgående server (smtp) * förlorades",
        ],
    },
    Sentence {
        program: THUNDERBIRD, category: Network, key: "client-cannot-connect", permanent: false,
        words: &[
            "connecting to outgoing server (smtp) * failed", "connecting to smtp server * failed",
            "verbindung mit dem postausgang-server (smtp) * fehlgeschlagen", "verbindung mit postausgang-server (smtp) * fehlgeschlagen",
            "verbinding met uitgaande server (smtp) * mislukt", "verbinden met uitgaande server (smtp) * mislukt",
            "anslutningen till utgående server (smtp) * misslyckades", "anslutning till utgående server (smtp) * misslyckades",
            "connexion au serveur sortant (smtp) * a échoué", "conexión con el servidor saliente (smtp) * ha fallado",
            "could not connect to the server. the server may be down", "failed to connect to server",
            "could not connect to mail server",
        ],
    },
    Sentence {
        program: THUNDERBIRD, category: MessageTooBig, key: "message_too_big", permanent: true,
        words: &[
            "exceeds a temporary size limit of the server", "exceeds the global size limit",
            "überschreitet die maximale größe", "überschreitet ein temporäres größenlimit des servers",
            "overschrijdt de globale groottelimiet", "overschrijdt een tijdelijke groottelimiet",
            "överskrider serverns globala storleksgräns", "överstiger serverns globala storleksgräns",
        ],
    },
    Sentence {
        program: APPLE, category: SenderRejected, key: "client-sender-refused", permanent: true,
        words: &[
            "sender address * was rejected by the server", "absenderadresse * vom server abgelehnt",
            "absenderadresse * vom server zurückgewiesen", "afzenderadres * geweigerd door de server",
            "avsändaradressen * avvisades av servern",
        ],
    },
    Sentence {
        program: APPLE, category: RelayDenied, key: "client-relay-refused", permanent: true,
        words: &[
            "one of the recipient addresses was rejected", "recipient * was rejected by the server",
            "einer der empfänger wurde vom server abgelehnt", "empfängeradressen wurde vom server",
            "een van de ontvangers is geweigerd", "en av mottagarna avvisades av servern",
        ],
    },
    Sentence {
        program: APPLE, category: Network, key: "client-cannot-connect", permanent: false,
        words: &[
            "cannot send message using the server", "the message could not be delivered using the server",
            "nachricht kann nicht über den server * gesendet werden", "e-mail kann nicht über den server * gesendet werden",
            "bericht kan niet worden verstuurd via de server", "kan inte skicka brevet via servern",
        ],
    },
    Sentence {
        program: OUTLOOK, category: Network, key: "client-cannot-connect", permanent: false,
        words: &[
            "outlook cannot connect to your outgoing (smtp)", "outlook cannot connect to your incoming",
            "outlook kann keine verbindung mit dem postausgangsserver", "outlook kan geen verbinding maken met de server voor uitgaande",
            "outlook kan inte ansluta till servern för utgående",
        ],
    },
    // Around an answer of the server; by themselves they say nothing more.
    Sentence {
        program: THUNDERBIRD, category: Unknown, key: "unknown", permanent: true,
        words: &[
            "an error occurred while sending mail", "sending of the message failed", "fehler beim senden der nachricht",
            "beim senden der nachricht ist ein fehler aufgetreten", "senden der nachricht fehlgeschlagen",
            "fout opgetreden bij het verzenden van e-mail", "verzenden van het bericht is mislukt",
            "ett fel uppstod vid sändning av e-post", "ett fel uppstod när e-post skickades", "misslyckades med att skicka meddelandet",
            "erreur est survenue lors de l'envoi", "envoi du message a échoué", "error al enviar el correo",
            "errore durante l'invio del messaggio",
        ],
    },
    Sentence {
        program: APPLE, category: Unknown, key: "unknown", permanent: true,
        words: &["the server response was:", "die serverantwort war:", "die antwort des servers war:", "de serverrespons was:", "serversvaret var:"],
    },
];

/// Words right before the server's answer.
#[rustfmt::skip]
static ANSWER_LABELS: &[&str] = &[
    "the mail server responded:", "the server responded:", "mail server responded:", "server responded:", "responded:",
    "the server response was:", "der mail-server antwortete:", "der mailserver antwortete:", "der server antwortete:",
    "mail-server sandte folgende antwort:", "die serverantwort war:", "die antwort des servers war:", "de mailserver antwoordde:",
    "de server antwoordde:", "de serverrespons was:", "e-postservern svarade:", "servern svarade:", "serversvaret var:",
    "le serveur de messagerie a répondu :", "le serveur a répondu :", "le serveur a répondu:", "el servidor de correo respondió:",
    "el servidor respondió:", "il server di posta ha risposto:",
];

/// Words with which the program goes on after the answer.
#[rustfmt::skip]
static ANSWER_ENDS: &[&str] = &[
    "please check", "please verify", "bitte überprüfen", "bitte prüfen", "controleer", "kontrollera", "veuillez vérifier",
    "compruebe", "verifique", "use the pop-up", "select a different", "\n\n",
];

/// The text with what programs set differently made one: quotes, spaces, letters' case.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '’' | '‘' => '\'',
            '“' | '”' | '„' | '«' | '»' => '"',
            '\u{a0}' | '\u{202f}' => ' ',
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

fn find(plain: &str) -> Option<&'static Sentence> {
    SENTENCES.iter().find(|sentence| sentence.words.iter().any(|words| hosts::occurs(words, plain)))
}

/// The program that speaks so.
pub(super) fn program(text: &str) -> Option<&'static str> {
    find(&plain(text))?.program
}

/// What a program's sentence says; `None` when no program speaks so, or when it says nothing.
pub(super) fn read(text: &str) -> Option<Draft> {
    let plain = plain(text);
    let sentence = find(&plain)?;
    let mut draft = Draft {
        why: vec![format!("sentence of a mail program: {}", sentence.key)],
        ..Draft::default()
    };
    draft.diagnostic = answer(text);
    let said = draft.diagnostic.as_deref().map(phrases::reduce);
    let telling = said.as_deref().and_then(|said| phrases::find(said).strong);
    if draft.diagnostic.is_none() && sentence.category == Unknown {
        return None;
    }
    if telling.is_none_or(|hit| hit.category == sentence.category) && sentence.category != Unknown {
        draft.category = Some(sentence.category);
        draft.text_key = Some(sentence.key);
        draft.who_acts = Some(WhoActs::Sender);
    } else if telling.is_some_and(|hit| hit.category == RelayDenied) {
        // Whose own server refuses to pass it on has not logged in.
        draft.text_key = Some("client-relay-refused");
        draft.who_acts = Some(WhoActs::Sender);
    }
    if draft.diagnostic.is_none() {
        draft.segment = super::text::collapse(text, 1000);
        draft.permanent = Some(sentence.permanent);
    }
    draft.remote_mta = server(text);
    Some(draft)
}

/// The server's answer: from its label to where the program goes on.
fn answer(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return None;
    }
    let start = ANSWER_LABELS.iter().find_map(|label| Some(lower.find(label)? + label.len()))?;
    let rest = lower.get(start..)?;
    let lead = rest.len() - rest.trim_start().len();
    let end = ANSWER_ENDS
        .iter()
        .filter_map(|words| rest.get(lead..)?.find(words))
        .min()
        .map_or(rest.len(), |end| lead + end);
    let answer = text.get(start..start + end)?.trim().trim_matches(['"', '“', '”', '„']);
    (!answer.is_empty()).then(|| super::text::collapse(answer, 1000))
}

/// `(SMTP) mail.x.test`, `server mail.x.test`.
fn server(text: &str) -> Option<String> {
    ["(SMTP) ", "erver “", "erver \"", "ervern ", "erver "].iter().find_map(|label| {
        text.match_indices(label).find_map(|(at, _)| {
            let rest = text[at + label.len()..].trim_start_matches(['"', '“', '„', '”', '\'']);
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')))
                .unwrap_or(rest.len());
            let name = rest[..end].trim_end_matches('.');
            let is_name = name.contains('.') && name.bytes().any(|b| b.is_ascii_alphabetic());
            is_name.then(|| name.to_owned())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::classify::conclude;
    use super::*;

    #[test]
    fn sentences_are_in_reduced_form() {
        for words in SENTENCES.iter().flat_map(|s| s.words).chain(ANSWER_LABELS).chain(ANSWER_ENDS)
        {
            assert_eq!(*words, plain(words), "{words}");
        }
    }

    #[test]
    fn the_answer_is_told_from_the_advice() {
        let row = conclude(
            read(
                "Beim Senden der Nachricht ist ein Fehler aufgetreten. Der Mail-Server antwortete: 5.7.1 \
                 <b@ext.test>: Relay access denied. Bitte überprüfen Sie den Empfänger der Nachricht „b@ext.test“ \
                 und versuchen Sie es erneut.",
            )
            .unwrap(),
        );
        assert_eq!(row.diagnostic.as_deref(), Some("5.7.1 <b@ext.test>: Relay access denied."));
        assert_eq!((row.category, row.text_key), (RelayDenied, "client-relay-refused"));
        assert!(
            read("An error occurred while sending mail in 1998, said the historian.").is_none()
        );
    }
}
