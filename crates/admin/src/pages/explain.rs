//! The page that explains a bounce: a field to paste into, a file to choose, and the answer.
//!
//! It says what `causeway explain` says, from the same document. What is pasted stands nowhere but in
//! the answer to its reader; nothing of it is kept.

use causeway_catalog::texts::Texts;
use causeway_model::config::Language;
use causeway_report::read::{Document, DocumentRecipient};

use super::{Html, Page, Tone};

/// Where the page is.
pub const PATH: &str = "/explain";
/// The field for pasted text.
pub const TEXT: &str = "text";
/// The field for a file.
pub const FILE: &str = "file";
/// Recipients shown; a report can name thousands.
const MAX_SHOWN: usize = 100;

/// What is wrong with what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Neither text nor file.
    Empty,
    /// More than this many octets.
    TooBig(u64),
    /// Too many readers at once.
    Busy,
    /// The form is not one, or stops in the middle.
    Broken,
}

impl Trouble {
    fn text(self, texts: &Texts) -> String {
        match self {
            Self::Empty => texts.text("explain-page-empty"),
            Self::TooBig(limit) => {
                texts.format("explain-page-too-big", &[("limit", texts.size(limit).into())])
            }
            Self::Busy => texts.text("explain-page-busy"),
            Self::Broken => texts.text("explain-page-broken"),
        }
    }
}

/// The form, with what was wrong the last time.
#[must_use]
pub fn question(language: Language, organization: &str, trouble: Option<Trouble>) -> String {
    let texts = Texts::get(language);
    let mut body = Html::new();
    if let Some(trouble) = trouble {
        body = body.strong(&trouble.text(texts));
    }
    body = form(body.paragraph(&texts.text("explain-page-intro")), texts, language);
    let tone = if trouble.is_some() { Tone::Bad } else { Tone::Plain };
    page(language, organization, tone, body)
}

/// What the pasted text says, and the form for the next one.
#[must_use]
pub fn answer(language: Language, organization: &str, document: &Document) -> String {
    let texts = Texts::get(language);
    let mut body = Html::new();
    if document.recipients.is_empty() {
        body = body
            .strong(&texts.text("explain-page-nothing"))
            .paragraph(&texts.text("explain-page-nothing-hint"));
    }
    for recipient in document.recipients.iter().take(MAX_SHOWN) {
        body = explained(body, texts, recipient);
    }
    if let Some(hidden @ 1..) = document.recipients.len().checked_sub(MAX_SHOWN) {
        body = body.note(&format!("+ {}", texts.number(hidden as u64)));
    }
    if let Some(generator) = &document.generator {
        body = body.facts("", &[(texts.text("explain-page-writer"), generator.as_str())]);
    }
    body = form(body.heading(&texts.text("explain-page-another")), texts, language);
    page(language, organization, tone(document), body)
}

fn page(language: Language, organization: &str, tone: Tone, body: Html) -> String {
    let title = Texts::get(language).text("explain-page-title");
    Page { language, title: &title, organization, tone, body, path: PATH, query: &[] }.render()
}

fn form(body: Html, texts: &Texts, language: Language) -> Html {
    let fields = Html::new()
        .paste_area(TEXT, &texts.text("explain-page-text"))
        .file(FILE, &texts.text("explain-page-file"))
        .button(&texts.text("explain-page-go"));
    body.upload(&format!("{PATH}?lang={}", language.tag()), &fields)
}

/// Bad when something failed for good, open when it may yet succeed.
fn tone(document: &Document) -> Tone {
    let any = |wanted: fn(&DocumentRecipient) -> bool| document.recipients.iter().any(wanted);
    if document.recipients.is_empty() {
        Tone::Plain
    } else if any(|row| row.action == "failed" && row.permanent) {
        Tone::Bad
    } else if any(|row| matches!(row.action, "failed" | "delayed")) {
        Tone::Open
    } else {
        Tone::Good
    }
}

fn explained(body: Html, texts: &Texts, row: &DocumentRecipient) -> Html {
    let nobody = texts.text("explain-page-nobody");
    let who = format!("who-{}", row.who_acts.name().replace('_', "-"));
    let mut out = Html::new()
        .foreign("h2", "", row.address.as_deref().unwrap_or(&nobody))
        .strong(&row.outcome)
        .paragraph(&row.cause)
        .facts("", &[(texts.text("explain-page-who"), texts.text(&who))])
        .element("h3", "", &texts.text("explain-page-what"))
        .steps(&row.what_to_do);
    if let Some(words) = &row.diagnostic {
        out = out.element("h3", "", &texts.text("explain-page-words")).foreign("pre", "", words);
    }
    let reply = row.reply_code.map(|code| code.to_string());
    let code: Vec<&str> = reply.iter().chain(&row.enhanced_code).map(String::as_str).collect();
    let mut facts: Vec<(String, String)> = Vec::new();
    if !code.is_empty() {
        facts.push((texts.text("explain-page-code"), code.join(" ")));
    }
    facts.push((texts.text("explain-page-category"), row.category.name().to_owned()));
    if let Some(server) = &row.remote_mta {
        facts.push((texts.text("explain-page-server"), server.clone()));
    }
    facts.extend(row.fields.iter().map(|field| (field.name.clone(), field.value.clone())));
    let why = row.why.as_deref().unwrap_or_default();
    let details = Html::new()
        .foreign_facts(&facts)
        .element("h3", "", &texts.text("explain-page-why"))
        .points(why);
    out = out.details(&texts.text("explain-page-details"), &details);
    body.with(&out)
}

#[cfg(test)]
mod tests {
    use causeway_report::read::{read, render_with_reasons};

    use super::*;

    fn shown(text: &str, language: Language) -> String {
        answer(language, "Contoso", &render_with_reasons(&read(text.as_bytes()), language))
    }

    #[test]
    fn an_answer_says_who_what_and_what_to_do() {
        let page = shown("550 5.1.1 <bert@ext.test>: User unknown", Language::De);
        for words in [
            "<bdi dir=\"ltr\">bert@ext.test</bdi>",
            "Wer handelt",
            "<ol>",
            "550 5.1.1",
            "user_unknown",
            "main class=\"bad\"",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let page = shown("good morning", Language::En);
        assert!(
            page.contains("nothing that a mail system says") && page.contains("<textarea"),
            "{page}"
        );
    }

    #[test]
    fn what_is_pasted_never_becomes_markup() {
        let hostile = "550 5.1.1 <a\"onload=x@ext.test> <script>alert(1)</script> </pre></bdi> [Message=<img src=x>] user unknown \u{202e}";
        for language in Language::ALL {
            let page = shown(hostile, language);
            assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
            assert!(page.matches("</pre>").count() <= 1 && !page.contains('\u{202e}'), "{page}");
        }
    }

    #[test]
    fn every_trouble_is_told_above_the_form() {
        for trouble in [Trouble::Empty, Trouble::TooBig(25 << 20), Trouble::Busy, Trouble::Broken] {
            for language in Language::ALL {
                let page = question(language, "", Some(trouble));
                assert!(
                    page.contains("class=\"lead\"") && page.contains("multipart/form-data"),
                    "{page}"
                );
            }
        }
    }
}
