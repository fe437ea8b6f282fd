//! In which language, or languages, a report is written.
//!
//! [`choose`] is a pure function with its reason. A report has a second language when the first one is a
//! guess: then its part for people says everything twice, one language after the other.

use causeway_catalog::texts::preferred;
use causeway_model::config::Language;

use super::prose::Spoken;

/// What is known of the sender's language.
#[derive(Clone, Copy, Debug, Default)]
pub struct LanguageFacts<'a> {
    /// The language tag that the sender's mailbox here is set to.
    pub mailbox: Option<&'a str>,
    /// `Accept-Language` or `Content-Language` of the message: tags, perhaps with weights (`de-AT, en;q=0.8`).
    pub declared: Option<&'a str>,
    /// What the words of the message say.
    pub spoken: Option<Spoken>,
    /// Whether the sender belongs to the organization.
    pub is_ours: bool,
    /// The organization's languages, the first is the default.
    pub organization: &'a [Language],
}

/// The languages of a report, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanguageChoice {
    /// The first, or only one.
    pub first: Language,
    /// The second, when in doubt.
    pub second: Option<Language>,
    /// What decided.
    pub because: Because,
}

/// What decided on a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// The mailbox is set to it.
    Mailbox,
    /// The message says so.
    Declared,
    /// The message is written in it, without doubt.
    Written,
    /// The message seems to be written in it: doubt.
    SeemsWritten,
    /// It is the organization's, and so is the sender.
    Organization,
    /// Nothing is known of a stranger, or that a stranger speaks something else: doubt.
    Stranger,
}

/// Chooses: the mailbox's setting; what the message declares; what it is written in; the organization's
/// language. In doubt are: a message with few words of its language; a stranger of whom nothing is known. Beside a
/// language in doubt stands the organization's, or English beside that one.
#[must_use]
pub fn choose(facts: &LanguageFacts<'_>) -> LanguageChoice {
    let sure = |first, because| LanguageChoice { first, second: None, because };
    if let Some(set) = facts.mailbox.and_then(|tag| Language::from_tag(tag.trim())) {
        return sure(set, Because::Mailbox);
    }
    if let Some(declared) = facts.declared.and_then(preferred) {
        return sure(declared, Because::Declared);
    }
    let own = facts.organization.first().copied().unwrap_or(Language::En);
    let beside = |first: Language| match first {
        first if first != own => Some(own),
        Language::En => None,
        _ => Some(Language::En),
    };
    match facts.spoken {
        Some(Spoken { language, is_sure: true }) => sure(language, Because::Written),
        // Two weak signs for one language are enough for our own people.
        Some(Spoken { language, .. }) if language == own && facts.is_ours => {
            sure(own, Because::Organization)
        }
        Some(Spoken { language, .. }) => LanguageChoice {
            first: language,
            second: beside(language),
            because: Because::SeemsWritten,
        },
        None if facts.is_ours && facts.declared.is_none() => sure(own, Because::Organization),
        None => LanguageChoice { first: own, second: beside(own), because: Because::Stranger },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NL: &[Language] = &[Language::Nl, Language::En];

    fn facts<'a>() -> LanguageFacts<'a> {
        LanguageFacts { organization: NL, ..LanguageFacts::default() }
    }

    const fn spoken(language: Language, is_sure: bool) -> Option<Spoken> {
        Some(Spoken { language, is_sure })
    }

    #[test]
    fn what_is_set_or_declared_is_not_doubted() {
        for (mailbox, declared, expected) in [
            (Some("sv"), Some("de"), Language::Sv),
            (Some("fr"), Some("de-AT, en;q=0.8"), Language::De),
            (None, Some("fr, en;q=0.5, sv;q=0.9"), Language::Sv),
        ] {
            let spoken = spoken(Language::En, true);
            let choice = choose(&LanguageFacts { mailbox, declared, spoken, ..facts() });
            assert_eq!((choice.first, choice.second), (expected, None));
        }
    }

    #[test]
    fn a_guess_has_a_second_language_beside_it() {
        for (facts, first, second, because) in [
            (
                LanguageFacts { spoken: spoken(Language::De, true), ..facts() },
                Language::De,
                None,
                Because::Written,
            ),
            (
                LanguageFacts { spoken: spoken(Language::De, false), ..facts() },
                Language::De,
                Some(Language::Nl),
                Because::SeemsWritten,
            ),
            (
                LanguageFacts { spoken: spoken(Language::Nl, false), ..facts() },
                Language::Nl,
                Some(Language::En),
                Because::SeemsWritten,
            ),
            (
                LanguageFacts { spoken: spoken(Language::Nl, false), is_ours: true, ..facts() },
                Language::Nl,
                None,
                Because::Organization,
            ),
            (facts(), Language::Nl, Some(Language::En), Because::Stranger),
            (LanguageFacts { is_ours: true, ..facts() }, Language::Nl, None, Because::Organization),
            // Somebody of ours who says that it is another language.
            (
                LanguageFacts { declared: Some("fr"), is_ours: true, ..facts() },
                Language::Nl,
                Some(Language::En),
                Because::Stranger,
            ),
            (LanguageFacts::default(), Language::En, None, Because::Stranger),
        ] {
            let choice = choose(&facts);
            assert_eq!(choice, LanguageChoice { first, second, because }, "{facts:?}");
        }
    }
}
