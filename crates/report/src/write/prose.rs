//! In which of our languages a message is written, by its small words. Small and honest: it says how sure
//! it is, and `None` for anything else.
//!
//! The words are the commonest of ordinary letters; reading bounces has other words of its own.

use causeway_model::config::Language;
use mail_parser::MessageParser;

/// Octets of a message that are looked at.
const LOOKED_AT: usize = 128 * 1024;
/// Words that are looked at.
const WORDS: usize = 400;
/// So many small words of a language, and twice as many as of any other, make it sure.
const ENOUGH: usize = 4;

/// What the small words say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The likeliest language.
    pub language: Language,
    /// Whether there is no doubt.
    pub is_sure: bool,
}

/// The language of a message's subject and text.
#[must_use]
pub fn of_message(content: &[u8], subject: Option<&str>) -> Option<Spoken> {
    let content = &content[..content.len().min(LOOKED_AT)];
    let message = MessageParser::default().parse(content);
    let body = message.as_ref().and_then(|message| message.body_text(0));
    // What is quoted was written by somebody else.
    let own = body.as_deref().unwrap_or("").lines().filter(|line| !line.starts_with('>'));
    let text: String = subject.into_iter().chain(own).collect::<Vec<_>>().join("\n");
    of_text(&text)
}

/// The language of a text.
#[must_use]
pub fn of_text(text: &str) -> Option<Spoken> {
    let mut counts = [0_usize; 5];
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    for word in words.take(WORDS) {
        let word = word.to_lowercase();
        for (count, (_, list)) in counts.iter_mut().zip(WORDS_OF) {
            *count += usize::from(list.contains(&word.as_str()));
        }
    }
    let best = (0..counts.len()).max_by_key(|i| (counts[*i], counts.len() - i))?;
    let (language, _) = WORDS_OF[best];
    let second = (0..counts.len()).filter(|i| *i != best).map(|i| counts[i]).max().unwrap_or(0);
    // Another language's words: none of ours.
    let language = language?;
    (counts[best] >= 2 && counts[best] > second).then_some(Spoken {
        language,
        is_sure: counts[best] >= ENOUGH && counts[best] >= 2 * second.max(1),
    })
}

/// Words that only one of these languages uses often. The last list is of languages that we do not speak, so that
/// their letters are not taken for ours.
#[rustfmt::skip]
const WORDS_OF: [(Option<Language>, &[&str]); 5] = [
    (Some(Language::En), &[
        "the", "and", "you", "your", "with", "this", "that", "have", "please", "we", "our", "for", "from", "are",
        "would", "could", "will", "be", "it", "thanks", "regards", "dear", "hello", "yes", "not", "my", "what", "which",
    ]),
    (Some(Language::De), &[
        "und", "der", "das", "nicht", "ich", "wir", "sie", "ist", "mit", "auf", "für", "bitte", "ein", "eine", "einen",
        "danke", "mfg", "grüße", "grüßen", "freundlichen", "hallo", "anbei", "ihre", "ihnen", "den", "dem", "zu", "von", "auch", "sehr", "geehrte",
    ]),
    (Some(Language::Nl), &[
        "het", "een", "niet", "ik", "wij", "jullie", "met", "voor", "op", "zijn", "aan", "van", "ook", "naar", "bedankt",
        "groet", "groeten", "vriendelijke", "geachte", "beste", "bijlage", "graag", "uw", "deze", "dit", "wordt", "hebben",
    ]),
    (Some(Language::Sv), &[
        "och", "att", "inte", "jag", "är", "för", "med", "på", "det", "som", "av", "till", "hej", "tack", "hälsningar",
        "vänliga", "bifogat", "bifogar", "från", "vill", "har", "ni", "vår", "kan", "den", "också",
    ]),
    (None, &[
        "le", "les", "des", "est", "vous", "nous", "pour", "avec", "dans", "bonjour", "merci", "cordialement", "que", "una",
        "los", "las", "por", "para", "con", "gracias", "hola", "il", "che", "della", "sono", "grazie", "per", "não", "obrigado",
        "og", "ikke", "jeg", "til", "vi", "er", "hilsen", "się", "nie", "jest", "dzień",
    ]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_told_apart_and_doubt_is_admitted() {
        for (text, language, is_sure) in [
            (
                "Please find the figures attached. Thanks for your help with this.",
                Language::En,
                true,
            ),
            ("Anbei die Zahlen, bitte prüfen Sie das. Mit freundlichen Grüßen", Language::De, true),
            (
                "Hierbij de cijfers, graag het overzicht naar mij. Met vriendelijke groet",
                Language::Nl,
                true,
            ),
            (
                "Hej! Jag bifogar siffrorna och hoppas att det är bra. Vänliga hälsningar",
                Language::Sv,
                true,
            ),
            ("Zahlen und Fakten für morgen", Language::De, false),
        ] {
            assert_eq!(of_text(text), Some(Spoken { language, is_sure }), "{text}");
        }
        for text in
            ["", "OK", "Q3 2026", "Bonjour, merci pour les documents, cordialement", "Да", "123"]
        {
            assert_eq!(of_text(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_quoted_does_not_count() {
        let message =
            b"Subject: Re: figures\r\n\r\nDanke, das ist sehr gut und ich bitte nicht mehr.\r\n\
            > Please find the figures with this. We have the rest for you and your team.\r\n";
        let spoken = of_message(message, Some("Re: figures")).unwrap();
        assert_eq!(spoken.language, Language::De);
    }
}
