//! The page at `/` and `/help`: what a browser finds here.

use causeway_catalog::texts::Texts;
use causeway_model::config::Language;

use super::html::Method;
use super::{Html, Page, Tone, explain};

/// Where a code can be looked up.
pub const HELP_PATH: &str = "/help";
/// The field for the code.
pub const CODE: &str = "code";

/// The page, reached by `path`.
#[must_use]
pub fn document(organization: &str, path: &str, language: Language) -> String {
    let texts = Texts::get(language);
    let to = |path: &str| format!("{path}?lang={}", language.tag());
    let code = Html::new()
        .input("text", CODE, &texts.text("home-code"), "")
        .hidden("lang", language.tag())
        .button(&texts.text("home-look-up"));
    let body = Html::new()
        .heading(&texts.text("home-came-back"))
        .paragraph(&texts.text("home-came-back-what"))
        .link(&to(explain::PATH), &texts.text("explain-page-title"))
        .form(Method::Get, HELP_PATH, &code)
        .heading(&texts.text("home-mail-program"))
        .link(&to("/settings"), &texts.text("clients-title"));
    let title = texts.text("home-title");
    Page { language, title: &title, organization, tone: Tone::Plain, body, path, query: &[] }
        .render()
}
