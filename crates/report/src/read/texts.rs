//! The sentences of an explanation, by key and language.
//!
//! They stand in `locales/*/explain.ftl`: the message is the cause, its attributes `.do1`, `.do2`,
//! … are the steps. But for [`CODE_ALONE`] none has variables, so each language is put together once and then only
//! looked up.

use std::collections::HashMap;
use std::sync::LazyLock;

use causeway_catalog::codes::registered;
use causeway_catalog::texts::Texts;
use causeway_model::EnhancedCode;
use causeway_model::config::Language;

use super::Category;

/// Cause and steps.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) cause: String,
    pub(super) steps: Vec<String>,
}

/// The text that has the name of the code in it: its only variable, `name`.
pub(super) const CODE_ALONE: &str = "code-alone";

/// Keys that are not categories: well-known codes, delays, errors of mail clients.
pub(super) static SPECIAL_KEYS: &[&str] = &[
    "delayed",
    "unknown-after-content",
    CODE_ALONE,
    "code-relay-refused-by-target",
    "code-directory-block",
    "code-no-answer-from-host",
    "code-dns-query-failed",
    "code-connection-timed-out",
    "code-connection-refused",
    "code-cannot-connect",
    "code-connection-closed",
    "code-certificate-failed",
    "code-dane-failed",
    "code-loop",
    "code-attribution-failed",
    "code-client-not-authenticated",
    "code-external-forwarding",
    "code-sender-blocked-for-spam",
    "code-low-reputation-tenant",
    "code-greylisted",
    "code-no-route",
    "code-restricted-sender",
    "code-send-as-denied",
    "code-returned",
    "code-held",
    "code-own-login",
    "code-forward-loop",
    "code-forward-limit",
    "code-extension-missing",
    "code-too-many-recipients",
    "code-smtputf8",
    "code-dnssec",
    "code-restricted-recipient",
    "code-login-switched-off",
    "code-own-limit",
    "code-suppressed",
    "client-server-busy",
    "client-server-not-found",
    "client-cannot-connect",
    "client-connection-lost",
    "client-login-failed",
    "client-timeout",
    "client-tls-failed",
    "client-relay-refused",
    "client-sender-refused",
    "client-no-recipient",
];

/// Keys of the sentences that say what became of a message.
pub(super) static OUTCOME_KEYS: &[&str] = &[
    "outcome-failed",
    "outcome-given-up",
    "outcome-delayed",
    "outcome-delivered",
    "outcome-relayed",
    "outcome-expanded",
    "outcome-complaint",
    "outcome-reply",
];

/// What became of a message: the sentence with this key.
pub(super) fn outcome(language: Language, key: &str) -> &'static str {
    &get(language, key).cause
}

/// What a code stands for, in its registry or with hosted Exchange; `None` for one that is not known.
pub(super) fn code_name(language: Language, code: EnhancedCode) -> Option<String> {
    registered(code).map(|entry| Texts::get(language).text(&entry.name_key()))
}

/// The cause with this key; one that speaks of the code's name gets it.
pub(super) fn cause(language: Language, key: &str, code_name: Option<&str>) -> String {
    match code_name {
        Some(name) if key == CODE_ALONE => {
            Texts::get(language).format(&format!("explain-{CODE_ALONE}"), &[("name", name.into())])
        }
        _ => get(language, key).cause.clone(),
    }
}

/// At most so many steps.
const MAX_STEPS: usize = 6;

fn keys() -> impl Iterator<Item = &'static str> {
    Category::ALL
        .iter()
        .map(|category| category.name())
        .chain(SPECIAL_KEYS.iter().copied())
        .chain(OUTCOME_KEYS.iter().copied())
}

type Table = HashMap<&'static str, Text>;

static TABLES: LazyLock<[Table; 4]> = LazyLock::new(|| Language::ALL.map(load));

fn load(language: Language) -> Table {
    keys().map(|key| (key, text_of(language, key))).collect()
}

/// From the language itself, or whole from English: never half and half.
fn text_of(language: Language, key: &str) -> Text {
    let id = format!("explain-{key}");
    let mut texts = Texts::get(language);
    if !texts.has(&id) {
        texts = Texts::get(Language::En);
    }
    let steps = (1..=MAX_STEPS)
        .map(|n| format!("{id}.do{n}"))
        .take_while(|step| texts.has(step))
        .map(|step| texts.text(&step))
        .collect();
    Text { cause: texts.text(&id), steps }
}

/// The text with this key.
pub(super) fn get(language: Language, key: &str) -> &'static Text {
    static EMPTY: Text = Text { cause: String::new(), steps: Vec::new() };
    let [en, de, nl, sv] = &*TABLES;
    let table = match language {
        Language::En => en,
        Language::De => de,
        Language::Nl => nl,
        Language::Sv => sv,
    };
    table.get(key).unwrap_or(&EMPTY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_cause_and_as_many_steps_in_every_language() {
        for key in keys() {
            let english = get(Language::En, key);
            let outcome = OUTCOME_KEYS.contains(&key);
            assert_eq!(english.steps.is_empty(), outcome, "{key}");
            for language in Language::ALL {
                let id = format!("explain-{key}");
                assert!(Texts::get(language).has(&id), "{id} is missing in {language:?}");
                let text = get(language, key);
                assert_eq!(text.steps.len(), english.steps.len(), "{key} in {language:?}");
                assert!(text.cause.ends_with('.'), "{key} in {language:?}: {}", text.cause);
            }
        }
    }
}
