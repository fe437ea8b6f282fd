//! Which language a report is written in.

use causeway_model::config::Language;

/// The language for the sender of a message: the one set for its mailbox; else the first that the
/// message's `Accept-Language` or `Content-Language` names and that we speak; else the
/// organization's first; else English.
///
/// `mailbox` is a language tag; the header field is a list of tags, perhaps with weights
/// (`de-AT, en;q=0.8`), which are obeyed. `q=0` excludes a language.
#[must_use]
pub fn choose_language(
    mailbox: Option<&str>,
    accept_or_content_language: Option<&str>,
    organization: &[Language],
) -> Language {
    mailbox
        .and_then(|tag| Language::from_tag(tag.trim()))
        .or_else(|| accept_or_content_language.and_then(best_of))
        .or_else(|| organization.first().copied())
        .unwrap_or(Language::En)
}

/// The language with the highest weight; among equals the first.
fn best_of(list: &str) -> Option<Language> {
    let mut best: Option<(u32, Language)> = None;
    for item in list.split(',').take(32) {
        let mut parts = item.split(';');
        let Some(language) = parts.next().and_then(|tag| Language::from_tag(tag.trim())) else {
            continue;
        };
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(Some(1.0), |text| text.trim().parse::<f32>().ok())
            .unwrap_or(0.0);
        // Thousandths: weights have at most three decimals (RFC 9110 section 12.4.2).
        let weight = (weight.clamp(0.0, 1.0) * 1000.0) as u32;
        if weight > 0 && best.is_none_or(|(known, _)| weight > known) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mailbox_then_the_message_then_the_organization_decides() {
        let organization = [Language::Nl, Language::En];
        let choose = |mailbox, field| choose_language(mailbox, field, &organization);
        assert_eq!(choose(Some("sv"), Some("de")), Language::Sv);
        assert_eq!(choose(Some("fr"), Some("de-AT, en;q=0.8")), Language::De);
        assert_eq!(choose(None, Some("fr, en;q=0.5, sv;q=0.9")), Language::Sv);
        assert_eq!(choose(None, Some("de;q=0, fr")), Language::Nl);
        assert_eq!(choose(None, Some("de;q=NaN;;, ,")), Language::Nl);
        assert_eq!(choose(None, None), Language::Nl);
        assert_eq!(choose_language(None, None, &[]), Language::En);
    }
}
