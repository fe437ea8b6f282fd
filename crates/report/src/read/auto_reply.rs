//! Automatic replies (RFC 3834) told from reports: out of office, vacation, "we got your mail".

use super::header::Header;

/// Subjects that automatic replies begin with, lower case.
static SUBJECTS: &[&str] = &[
    "automatic reply",
    "auto reply",
    "autoreply",
    "auto-reply",
    "auto:",
    "auto response",
    "autoresponse",
    "out of office",
    "out of the office",
    "out-of-office",
    "ooo:",
    "away from",
    "away until",
    "on vacation",
    "vacation",
    "i am away",
    "i'm away",
    "on leave",
    "on holiday",
    "abwesenheit",
    "automatische antwort",
    "abwesend",
    "nicht im büro",
    "automatisch antwoord",
    "afwezig",
    "niet aanwezig",
    "autosvar",
    "automatiskt svar",
    "frånvaro",
    "frånvarande",
    "réponse automatique",
    "absence",
    "absent du bureau",
    "respuesta automática",
    "fuera de la oficina",
    "risposta automatica",
    "fuori ufficio",
    "resposta automática",
    "ausência",
    "automatická odpověď",
    "autosvar",
    "fravær",
    "automaattinen vastaus",
    "odpowiedź automatyczna",
    "自動応答",
    "自動返信",
    "不在",
    "автоответ",
    "автоматический ответ",
];

/// True when header fields or the subject (lower case, decoded) make it an automatic reply.
/// To be asked only after everything that makes a report has been looked for.
pub(super) fn is_one(header: &Header<'_>, subject: &str) -> bool {
    let field_says = |name: &str, words: &[&str]| {
        header.get(name).is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            words.iter().any(|word| value.starts_with(word))
        })
    };
    field_says("auto-submitted", &["auto-replied", "auto_replied", "vacation"])
        || field_says("precedence", &["auto_reply", "auto-reply"])
        || [
            "x-autoreply",
            "x-autorespond",
            "x-autoresponse",
            "x-auto-reply-from",
            "x-mail-autoreply",
        ]
        .iter()
        .any(|name| header.has(name))
        || subject_says(subject)
}

fn subject_says(subject: &str) -> bool {
    let subject = subject.trim_start();
    let subject = ["re:", "aw:", "sv:", "antw:"]
        .iter()
        .find_map(|prefix| subject.strip_prefix(prefix))
        .unwrap_or(subject)
        .trim_start();
    SUBJECTS.iter().any(|start| subject.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(message: &str, subject: &str) -> bool {
        is_one(&Header::parse(message.as_bytes()).0, subject)
    }

    #[test]
    fn replies_of_machines_are_recognised() {
        assert!(asked("Auto-Submitted: auto-replied (vacation)\n\n", ""));
        assert!(asked("X-Autoreply: yes\n\n", ""));
        assert!(asked("From: a@b.test\n\n", "re: automatische antwort: urlaub"));
        assert!(!asked("Auto-Submitted: no\n\n", "minutes of the meeting"));
    }
}
