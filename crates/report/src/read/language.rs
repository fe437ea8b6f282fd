//! In which language a report's human part is written.
//!
//! By script first, then by counting the small words that only one language uses. Wrong guesses
//! cost nothing but the `language` field: no rule depends on it.

/// The language tag, when the text gives enough to tell.
pub(super) fn detect(text: &str) -> Option<&'static str> {
    let mut end = text.len().min(3000);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    if let Some(tag) = by_script(text) {
        return Some(tag);
    }
    let mut counts = [0u32; LANGUAGES.len()];
    for word in text.split(|c: char| !c.is_alphabetic() && c != '\'') {
        if word.is_empty() || word.len() > 14 {
            continue;
        }
        let lower;
        let word = if word.bytes().any(|b| b.is_ascii_uppercase()) || !word.is_ascii() {
            lower = word.to_lowercase();
            lower.as_str()
        } else {
            word
        };
        for &language in languages_of(word) {
            counts[language] += 1;
        }
    }
    let best = (0..LANGUAGES.len()).max_by_key(|&i| (counts[i], LANGUAGES.len() - i))?;
    (counts[best] >= 2).then_some(LANGUAGES[best])
}

/// The language that a Content-Language field (lower case) names first, where it is known here.
pub(super) fn declared(field: &str) -> Option<&'static str> {
    let primary = field.split([',', '-', ';', ' ']).next()?;
    LANGUAGES.iter().chain(&SCRIPT_LANGUAGES).copied().find(|tag| *tag == primary)
}

const SCRIPT_LANGUAGES: [&str; 7] = ["ja", "ko", "zh", "ru", "ar", "el", "he"];

const LANGUAGES: [&str; 10] = ["en", "de", "nl", "sv", "fr", "es", "it", "pt", "da", "pl"];

/// The languages (indexes into [`LANGUAGES`]) that use a small word.
fn languages_of(word: &str) -> &'static [usize] {
    match word {
        "the" | "your" | "was" | "could" | "not" | "be" | "delivered" | "this" | "to"
        | "address" | "message" | "following" | "with" | "user" | "unknown" => &[0],
        "nicht" | "ihre" | "die" | "und" | "konnte" | "wurde" | "nachricht" | "werden"
        | "empfänger" | "der" | "sie" | "zugestellt" | "bitte" => &[1],
        "niet" | "het" | "uw" | "bericht" | "werd" | "kan" | "ontvanger" | "worden" | "deze"
        | "bezorgd" | "een" => &[2],
        "inte" | "och" | "ditt" | "meddelande" | "kunde" | "mottagare" | "att" | "till" | "för"
        | "levereras" => &[3],
        "votre" | "pas" | "destinataire" | "remis" | "être" | "nous" | "vous" | "le" | "les"
        | "n'a" | "destinataires" | "échec" | "est" => &[4],
        "el" | "su" | "mensaje" | "destinatario" | "entregar" | "los" | "ha" | "correo"
        | "destinatarios" | "pudo" | "dirección" => &[5],
        "il" | "messaggio" | "tuo" | "stato" | "consegnare" | "indirizzo" | "alla" | "recapito"
        | "riuscito" | "destinatari" | "posta" | "è" | "della" => &[6],
        "não" | "mensagem" | "seu" | "foi" | "endereço" | "uma" | "você" => &[7],
        "ikke" | "din" | "meddelelse" | "og" | "blev" | "modtager" => &[8],
        "nie" | "wiadomość" | "została" | "adres" | "się" | "jest" => &[9],
        "van" => &[2],
        "en" => &[2, 4, 5],
        "de" => &[2, 4, 5, 7],
        _ => &[],
    }
}

fn by_script(text: &str) -> Option<&'static str> {
    if text.is_ascii() {
        return None;
    }
    let (mut kana, mut han, mut hangul, mut cyrillic, mut arabic, mut greek, mut hebrew) =
        (0u32, 0u32, 0u32, 0u32, 0u32, 0u32, 0u32);
    for c in text.chars() {
        match c {
            '\u{3040}'..='\u{30ff}' => kana += 1,
            '\u{4e00}'..='\u{9fff}' => han += 1,
            '\u{ac00}'..='\u{d7af}' => hangul += 1,
            '\u{0400}'..='\u{04ff}' => cyrillic += 1,
            '\u{0600}'..='\u{06ff}' => arabic += 1,
            '\u{0370}'..='\u{03ff}' => greek += 1,
            '\u{0590}'..='\u{05ff}' => hebrew += 1,
            _ => {}
        }
    }
    [
        (kana >= 4, "ja"),
        (hangul >= 4, "ko"),
        (han >= 4, "zh"),
        (cyrillic >= 8, "ru"),
        (arabic >= 8, "ar"),
        (greek >= 8, "el"),
        (hebrew >= 8, "he"),
    ]
    .into_iter()
    .find_map(|(yes, tag)| yes.then_some(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        for (text, tag) in [
            ("Your message could not be delivered to the following address", "en"),
            ("Ihre Nachricht konnte nicht zugestellt werden", "de"),
            ("Uw bericht kan niet worden bezorgd", "nl"),
            ("Ditt meddelande kunde inte levereras till mottagaren", "sv"),
            ("Votre message n'a pas pu être remis", "fr"),
            ("送信先のメールボックスが一杯です", "ja"),
            ("Ваше сообщение не доставлено", "ru"),
        ] {
            assert_eq!(detect(text), Some(tag), "{text}");
        }
        assert_eq!(detect("550 5.1.1"), None);
    }
}
