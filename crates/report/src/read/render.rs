//! The document of `causeway explain`: an [`Explanation`] with its texts, for JSON.

use causeway_model::config::Language;
use serde::Serialize;

use super::{Action, Category, Explanation, ReadRecipient, WhoActs, texts};

/// What `causeway explain --json` prints.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// One entry per recipient; empty when the input is no report.
    pub recipients: Vec<DocumentRecipient>,
    /// The mail system that wrote the report, where it shows.
    pub generator: Option<String>,
    /// The language of the report's human part, as a language tag, where it shows.
    pub language: Option<&'static str>,
}

/// One recipient in the document.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentRecipient {
    /// The address as the report writes it.
    pub address: Option<String>,
    /// `5.1.1`.
    pub enhanced_code: Option<String>,
    /// `550`.
    pub reply_code: Option<u16>,
    /// What the enhanced code stands for, in the language asked for; absent for a code that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_name: Option<String>,
    /// `failed`, `delayed`, `delivered`, `relayed`, `expanded`.
    pub action: &'static str,
    /// True when trying again unchanged will not help.
    pub permanent: bool,
    /// What became of the message, one sentence in the language asked for.
    pub outcome: String,
    /// One word of the closed list.
    pub category: Category,
    /// The server that refused or could not be reached.
    pub remote_mta: Option<String>,
    /// Its words, verbatim but for white space.
    pub diagnostic: Option<String>,
    /// The cause, one sentence in the language asked for.
    pub cause: String,
    /// Whose move it is.
    pub who_acts: WhoActs,
    /// What to do, step by step, in the language asked for.
    pub what_to_do: Vec<String>,
    /// Details in a fixed shape, in the order found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<DocumentField>,
    /// The rules that gave this answer; only when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Vec<String>>,
}

/// A detail: `{"name": "LastAttemptedServerName", "value": "mail.corp.example"}`.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentField {
    /// The name as the report writes it.
    pub name: String,
    /// The value, white space collapsed.
    pub value: String,
}

/// The document, without the reasons.
#[must_use]
pub fn render(explanation: &Explanation, language: Language) -> Document {
    document(explanation, language, false)
}

/// The document with the rules that gave each answer (`--why`).
#[must_use]
pub fn render_with_reasons(explanation: &Explanation, language: Language) -> Document {
    document(explanation, language, true)
}

/// Which sentence says what became of the message.
const fn outcome_key(row: &ReadRecipient) -> &'static str {
    match (row.category, row.action) {
        (Category::Feedback, _) => "outcome-complaint",
        (Category::Vacation, _) => "outcome-reply",
        (_, Action::Delivered) => "outcome-delivered",
        (_, Action::Relayed) => "outcome-relayed",
        (_, Action::Expanded) => "outcome-expanded",
        (_, Action::Delayed) => "outcome-delayed",
        (_, Action::Failed) if row.permanent => "outcome-failed",
        (_, Action::Failed) => "outcome-given-up",
    }
}

fn document(explanation: &Explanation, language: Language, reasons: bool) -> Document {
    let recipients = explanation
        .recipients
        .iter()
        .map(|row| {
            let text = texts::get(language, row.text_key);
            let code_name = row.enhanced_code.and_then(|code| texts::code_name(language, code));
            DocumentRecipient {
                address: row.address.clone(),
                enhanced_code: row.enhanced_code.map(|code| code.to_string()),
                reply_code: row.reply_code,
                action: row.action.word(),
                permanent: row.permanent,
                outcome: texts::outcome(language, outcome_key(row)).to_owned(),
                category: row.category,
                remote_mta: row.remote_mta.clone(),
                diagnostic: row.diagnostic.clone(),
                cause: texts::cause(language, row.text_key, code_name.as_deref()),
                code_name,
                who_acts: row.who_acts,
                what_to_do: text.steps.clone(),
                fields: row
                    .fields
                    .iter()
                    .map(|(name, value)| DocumentField { name: name.clone(), value: value.clone() })
                    .collect(),
                why: reasons.then(|| row.why.clone()),
            }
        })
        .collect();
    Document {
        recipients,
        generator: explanation.generator.clone(),
        language: explanation.language,
    }
}
