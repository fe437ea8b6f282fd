//! Which language a report is written in.

use causeway_catalog::texts::preferred;
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
        .or_else(|| accept_or_content_language.and_then(preferred))
        .or_else(|| organization.first().copied())
        .unwrap_or(Language::En)
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
