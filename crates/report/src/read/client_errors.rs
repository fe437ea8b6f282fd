//! Error numbers and messages of mail clients (`0x800CCC79` and its kin).
//!
//! Outlook, Outlook Express and Windows Mail wrap the server's answer into a sentence in the user's
//! language and end it with a number. The number says at which step it failed; the quoted answer,
//! where there is one, says why, and is believed first.

use super::Category::{self, *};
use super::classify::Draft;
use super::{WhoActs, client_sentences, codes};

/// What a number means: the number, its category, whose move it is, the key of its text, whether
/// trying again unchanged is pointless.
struct Known {
    number: u32,
    category: Category,
    who: WhoActs,
    key: &'static str,
    permanent: bool,
}

const fn known(
    number: u32,
    category: Category,
    who: WhoActs,
    key: &'static str,
    permanent: bool,
) -> Known {
    Known { number, category, who, key, permanent }
}

static TABLE: &[Known] = &[
    // Connecting.
    known(0x800C_CC01, TlsFailure, WhoActs::Sender, "client-tls-failed", true),
    known(0x800C_CC02, TlsFailure, WhoActs::Sender, "client-tls-failed", true),
    known(0x800C_CC03, System, WhoActs::Nobody, "client-server-busy", false),
    known(0x800C_CC05, Network, WhoActs::Sender, "client-cannot-connect", false),
    known(0x800C_CC0A, Network, WhoActs::Sender, "client-connection-lost", false),
    known(0x800C_CC0B, System, WhoActs::Nobody, "client-server-busy", false),
    known(0x800C_CC0D, DomainError, WhoActs::Sender, "client-server-not-found", true),
    known(0x800C_CC0E, Network, WhoActs::Sender, "client-cannot-connect", false),
    known(0x800C_CC0F, Network, WhoActs::Sender, "client-connection-lost", false),
    known(0x800C_CC10, UserUnknown, WhoActs::Sender, "user_unknown", true),
    known(0x800C_CC11, UserUnknown, WhoActs::Sender, "user_unknown", true),
    known(0x800C_CC12, Network, WhoActs::Sender, "client-connection-lost", false),
    known(0x800C_CC13, Network, WhoActs::Sender, "client-connection-lost", false),
    known(0x800C_CC14, Network, WhoActs::Sender, "client-cannot-connect", false),
    known(0x800C_CC15, Network, WhoActs::Sender, "client-cannot-connect", false),
    known(0x800C_CC16, Security, WhoActs::Sender, "client-login-failed", true),
    known(0x800C_CC18, Security, WhoActs::Sender, "client-login-failed", true),
    known(0x800C_CC19, Network, WhoActs::Sender, "client-timeout", false),
    known(0x800C_CC1A, TlsFailure, WhoActs::Sender, "client-tls-failed", true),
    // The server's answers while sending.
    known(0x800C_CC60, ProtocolError, WhoActs::SenderAdmin, "protocol_error", true),
    known(0x800C_CC61, ProtocolError, WhoActs::SenderAdmin, "protocol_error", true),
    known(0x800C_CC62, ProtocolError, WhoActs::SenderAdmin, "protocol_error", true),
    known(0x800C_CC63, ProtocolError, WhoActs::SenderAdmin, "protocol_error", true),
    known(0x800C_CC64, ProtocolError, WhoActs::SenderAdmin, "protocol_error", true),
    known(0x800C_CC65, ProtocolError, WhoActs::SenderAdmin, "protocol_error", true),
    known(0x800C_CC66, ProtocolError, WhoActs::SenderAdmin, "protocol_error", true),
    known(0x800C_CC67, System, WhoActs::Nobody, "client-server-busy", false),
    known(0x800C_CC68, System, WhoActs::Nobody, "client-server-busy", false),
    known(0x800C_CC69, UserUnknown, WhoActs::Sender, "user_unknown", true),
    known(0x800C_CC6A, RelayDenied, WhoActs::Sender, "client-relay-refused", true),
    known(0x800C_CC6B, System, WhoActs::Nobody, "client-server-busy", false),
    known(0x800C_CC6C, System, WhoActs::Nobody, "client-server-busy", false),
    known(0x800C_CC6D, MailboxFull, WhoActs::Recipient, "mailbox_full", true),
    known(0x800C_CC6E, UserUnknown, WhoActs::Sender, "user_unknown", true),
    known(0x800C_CC6F, Unknown, WhoActs::SenderAdmin, "unknown", true),
    known(0x800C_CC78, SenderRejected, WhoActs::Sender, "client-sender-refused", true),
    known(0x800C_CC79, RelayDenied, WhoActs::Sender, "client-relay-refused", true),
    known(0x800C_CC7A, SenderRejected, WhoActs::Sender, "client-sender-refused", true),
    known(0x800C_CC7B, UserUnknown, WhoActs::Sender, "client-no-recipient", true),
    known(0x800C_CC7D, TlsFailure, WhoActs::Sender, "client-tls-failed", true),
    known(0x800C_CC80, Security, WhoActs::Sender, "client-login-failed", true),
    // Fetching.
    known(0x800C_CC90, Security, WhoActs::Sender, "client-login-failed", true),
    known(0x800C_CC91, Security, WhoActs::Sender, "client-login-failed", true),
    known(0x800C_CC92, Security, WhoActs::Sender, "client-login-failed", true),
    known(0x800C_CC93, ProtocolError, WhoActs::SenderAdmin, "protocol_error", true),
    known(0x800C_CCD1, Security, WhoActs::Sender, "client-login-failed", true),
    known(0x800C_CCD2, System, WhoActs::Nobody, "client-server-busy", false),
    known(0x800C_CCDD, Network, WhoActs::Sender, "client-connection-lost", false),
    // Windows: its network errors, as mail programs show them.
    known(0x8007_2AFC, DomainError, WhoActs::Sender, "client-server-not-found", true),
    known(0x8007_2EE7, DomainError, WhoActs::Sender, "client-server-not-found", true),
    known(0x8007_2EE2, Network, WhoActs::Sender, "client-timeout", false),
    known(0x8007_2EFD, Network, WhoActs::Sender, "client-cannot-connect", false),
    known(0x8007_2746, Network, WhoActs::Sender, "client-connection-lost", false),
    known(0x8007_274C, Network, WhoActs::Sender, "client-timeout", false),
    known(0x8007_274D, Network, WhoActs::Sender, "client-cannot-connect", false),
    known(0x8007_2F0D, TlsFailure, WhoActs::Sender, "client-tls-failed", true),
    known(0x8007_2F8F, TlsFailure, WhoActs::Sender, "client-tls-failed", true),
    // Outlook's own.
    known(0x8004_011D, Network, WhoActs::Sender, "client-cannot-connect", false),
    known(0x8004_0305, MessageTooBig, WhoActs::Sender, "message_too_big", true),
    known(0x8004_2108, Network, WhoActs::Sender, "client-cannot-connect", false),
    known(0x8004_2109, Network, WhoActs::Sender, "client-cannot-connect", false),
    known(0x8004_210A, Network, WhoActs::Sender, "client-timeout", false),
    known(0x8004_210B, Network, WhoActs::Sender, "client-timeout", false),
    known(0x8004_2112, Network, WhoActs::Sender, "client-connection-lost", false),
    known(0x8004_0115, Network, WhoActs::Sender, "client-cannot-connect", false),
    known(0x8004_0607, RelayDenied, WhoActs::Sender, "client-relay-refused", true),
    known(0x8004_2110, Network, WhoActs::Sender, "client-cannot-connect", false),
];

/// The first error number in `text`, as it is written.
fn number(text: &str) -> Option<(u32, &str)> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'x', bytes).chain(memchr::memchr_iter(b'X', bytes)).find_map(|x| {
        let digits = text.get(x + 1..x + 9)?;
        let free = bytes.get(x + 9).is_none_or(|b| !b.is_ascii_hexdigit());
        let starts = x > 0 && bytes[x - 1] == b'0' && digits.starts_with("800");
        if !(free && starts) {
            return None;
        }
        Some((u32::from_str_radix(digits, 16).ok()?, &text[x - 1..x + 9]))
    })
}

/// Words before the server's answer, in the languages of the clients; lower case.
static ANSWER_LABELS: &[&str] = &[
    "serverantwort",
    "antwort des servers",
    "server responded",
    "server response",
    "server-antwort",
    "antwoord van server",
    "antwoord van de server",
    "serverantwoord",
    "serversvar",
    "svar från servern",
    "réponse du serveur",
    "respuesta del servidor",
    "risposta del server",
    "resposta do servidor",
    "odpowiedź serwera",
    "serverens svar",
    "svar fra server",
    "ответ сервера",
    "サーバーの応答",
];

/// Words before the server's name.
static SERVER_LABELS: &[&str] = &["server", "servidor", "serveur", "serwer", "сервер", "サーバー"];

/// The mail program whose error it is, as far as it shows.
pub(super) fn program(text: &str) -> Option<&'static str> {
    number(text).map(|_| "Outlook").or_else(|| client_sentences::program(text))
}

/// What a client's error message says; `None` when it has no known number and no known sentence.
pub(super) fn read(text: &str) -> Option<Draft> {
    by_number(text).or_else(|| client_sentences::read(text))
}

fn by_number(text: &str) -> Option<Draft> {
    let (number, written) = number(text)?;
    let known = TABLE.iter().find(|known| known.number == number)?;
    let mut draft = Draft { why: vec![format!("client error {written}")], ..Draft::default() };
    draft.fields.push(("client error".into(), written.to_owned()));
    let answer = answer(text);
    let has_reply = answer.is_some_and(|a| codes::reply(a).is_some());
    match answer {
        Some(answer) if has_reply => {
            draft.diagnostic = Some(answer.to_owned());
            let reduced = super::phrases::reduce(answer);
            if super::phrases::find(&reduced).strong.is_none() {
                draft.category = Some(known.category);
            }
        }
        _ => {
            draft.category = Some(known.category);
            draft.segment = super::text::collapse(text, 1000);
            draft.permanent = codes::reply(text).is_none().then_some(known.permanent);
        }
    }
    if let Some(server) = server(text) {
        draft.remote_mta = Some(server);
    }
    if let Some(socket) = socket_error(text) {
        draft.fields.push(("socket error".into(), socket.to_owned()));
    }
    let relay = draft.diagnostic.as_deref().is_some_and(|answer| {
        super::phrases::find(&super::phrases::reduce(answer))
            .strong
            .is_some_and(|hit| hit.category == RelayDenied)
    });
    if draft.category.is_some() || relay {
        draft.text_key = Some(known.key);
        draft.who_acts = Some(known.who);
    }
    Some(draft)
}

/// `Socket Error: 10061`, `Socketfehler: 10060`: the number that Windows gave.
fn socket_error(text: &str) -> Option<&str> {
    [
        "10013", "10048", "10050", "10051", "10053", "10054", "10060", "10061", "10064", "10065",
        "11001", "11004",
    ]
    .iter()
    .find_map(|number| {
        let at = text.find(number)?;
        let before = text[..at].trim_end_matches([':', ' ', '\'', '"']).to_lowercase();
        let socket = before.len() >= 6 && {
            let tail: String =
                before.chars().rev().take(16).collect::<Vec<_>>().into_iter().rev().collect();
            ["socket", "winsock"].iter().any(|word| tail.contains(word))
        };
        socket.then(|| &text[at..at + number.len()])
    })
}

/// The quoted answer of the server.
fn answer(text: &str) -> Option<&str> {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return None;
    }
    let start = ANSWER_LABELS.iter().find_map(|label| Some(lower.find(label)? + label.len()))?;
    quoted(text.get(start..)?)
}

fn server(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return None;
    }
    SERVER_LABELS.iter().find_map(|label| {
        let mut from = 0;
        while let Some(step) = lower.get(from..)?.find(label) {
            let at = from + step;
            from = at + label.len();
            let rest = lower.get(from..)?;
            if rest.starts_with(':') || rest.starts_with(" :") {
                let name = quoted(text.get(from..)?)?.trim_matches(['<', '>', ' ']);
                return (name.contains('.') && !name.contains(' ')).then(|| name.to_owned());
            }
        }
        None
    })
}

/// What stands in quotes right after a label; the quote ends before a comma or at the end.
fn quoted(text: &str) -> Option<&str> {
    let open = text.find(['"', '\'', '“', '„', '«']).filter(|at| *at < 6)?;
    let mark = text[open..].chars().next()?;
    let inside = &text[open + mark.len_utf8()..];
    let closes: &[char] = match mark {
        '\'' => &['\''],
        '«' => &['»'],
        '"' => &['"'],
        _ => &['“', '”', '"'],
    };
    let mut from = 0;
    while let Some(step) = inside.get(from..)?.find(closes) {
        let end = from + step;
        let width = inside[end..].chars().next().map_or(1, char::len_utf8);
        let after = inside[end + width..].trim_start();
        if after.is_empty() || after.starts_with([',', '.', ';', '\n']) {
            return Some(&inside[..end]);
        }
        from = end + width;
    }
    Some(inside)
}

#[cfg(test)]
mod tests {
    use super::super::classify::conclude;
    use super::*;

    #[test]
    fn the_number_and_the_quoted_answer_are_read() {
        let text = "The message could not be sent because one of the recipients was rejected by the \
            server. The rejected e-mail address was 'b@ext.test'. Subject 'x', Account: 'y', Server: \
            'smtp.ours.test', Protocol: SMTP, Server Response: '550 5.7.1 <b@ext.test> Relaying denied', \
            Port: 25, Secure(SSL): No, Server Error: 550, Error Number: 0x800CCC79";
        let row = conclude(read(text).unwrap());
        assert_eq!((row.reply_code, row.category), (Some(550), RelayDenied));
        assert_eq!(row.remote_mta.as_deref(), Some("smtp.ours.test"));
        assert_eq!(row.text_key, "client-relay-refused");
    }

    #[test]
    fn a_bare_number_is_enough() {
        for (number, category) in [("0x800CCC0E", Network), ("0X800ccc92", Security)] {
            assert_eq!(conclude(read(number).unwrap()).category, category);
        }
        assert!(read("0x80070057").is_none());
        assert!(read("0x800CCC790").is_none());
        assert!(read("x").is_none());
    }
}
