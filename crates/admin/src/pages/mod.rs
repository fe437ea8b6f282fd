//! Pages for people: one frame for all of them.
//!
//! **What it is for.** The settings for mail programs, the page of a report, help pages, explanations: each is
//! a [`Page`], made of [`Html`], in the same frame: the same style sheet, a heading, the languages to
//! choose from.
//!
//! **What it promises.** Text becomes markup in [`Html`] only, escaped. A page loads nothing but our own style
//! sheet ([`POLICY`] says so to the browser, too), has no scripts and sets no cookies; it is readable on a
//! telephone, in light and dark, and without its style sheet.
//!
//! **What it refuses.** To decide anything: what a page says is handed in.
//!
//! In which order to read: this file, [`html`], then the pages themselves ([`explain`]).

pub mod explain;
pub mod help;
pub mod home;
pub mod html;
pub mod report;

use causeway_model::config::Language;

pub use html::Html;

use crate::clients::escaped;

/// Where the style sheet is.
pub const STYLE_PATH: &str = "/pages/style.css";

/// `Content-Security-Policy` of every page: our style sheet, and forms that come back to us.
pub const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The style sheet. The pages themselves have no styles.
pub const STYLE: &str = include_str!("style.css");

/// A page to be put into the frame.
#[derive(Debug)]
pub struct Page<'a> {
    /// The language it is written in.
    pub language: Language,
    /// Title and first heading.
    pub title: &'a str,
    /// Whose server this is, above the title; may be empty.
    pub organization: &'a str,
    /// How it stands: colours the bar beside the title.
    pub tone: Tone,
    /// What is between the title and the languages.
    pub body: Html,
    /// The path of this page, for the links to the other languages.
    pub path: &'a str,
    /// What else belongs to its query, without `lang`.
    pub query: &'a [(&'a str, &'a str)],
}

/// How a page's matter stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing is good or bad about it.
    #[default]
    Plain,
    /// Solved, or done.
    Good,
    /// Not yet known, or waiting.
    Open,
    /// It does not work.
    Bad,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Open => "open",
            Self::Bad => "bad",
        }
    }
}

impl Page<'_> {
    /// The whole document.
    #[must_use]
    pub fn render(&self) -> String {
        let tag = self.language.tag();
        let title = escaped(self.title);
        let organization = match self.organization {
            "" => String::new(),
            name => format!("<p class=\"organization\">{}</p>\n", escaped(name)),
        };
        format!(
            "<!DOCTYPE html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"robots\" content=\"noindex, nofollow\">\n\
             <title>{title}</title>\n<link rel=\"stylesheet\" href=\"{STYLE_PATH}\">\n</head>\n\
             <body>\n<main class=\"{}\">\n<header>\n{organization}<h1>{title}</h1>\n</header>\n\
             {}</main>\n{}</body>\n</html>\n",
            self.tone.class(),
            self.body.as_str(),
            self.languages()
        )
    }

    /// Links to this page in the other languages.
    fn languages(&self) -> String {
        let mut query = String::new();
        for (name, value) in self.query {
            query.push_str(&format!("&amp;{}={}", encoded(name), encoded(value)));
        }
        let links = Language::ALL.map(|other| {
            let (tag, name) = (other.tag(), name_of(other));
            if other == self.language {
                return format!("<strong lang=\"{tag}\">{name}</strong>");
            }
            let path = escaped(self.path);
            format!(
                "<a href=\"{path}?lang={tag}{query}\" hreflang=\"{tag}\" lang=\"{tag}\">{name}</a>"
            )
        });
        format!("<nav>{}</nav>\n", links.join(" · "))
    }
}

/// A language's own name.
#[must_use]
pub const fn name_of(language: Language) -> &'static str {
    match language {
        Language::En => "English",
        Language::De => "Deutsch",
        Language::Nl => "Nederlands",
        Language::Sv => "Svenska",
    }
}

/// The language to answer in: what the reader chose, else what the browser prefers, else the
/// organization's own.
#[must_use]
pub fn language(
    chosen: Option<&str>,
    accept_language: Option<&str>,
    organization: &[Language],
) -> Language {
    chosen
        .and_then(Language::from_tag)
        .or_else(|| causeway_catalog::texts::preferred(accept_language?))
        .or_else(|| organization.first().copied())
        .unwrap_or(Language::En)
}

/// A value for a query: everything but letters, digits and `-._~` as `%XX`.
#[must_use]
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, octet| {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(octet as char);
            }
            _ => out.push_str(&format!("%{octet:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_chooses_the_language_then_the_browser_then_the_organization() {
        let ours = [Language::Sv, Language::En];
        for (chosen, accept, expected) in [
            (Some("de"), Some("nl"), Language::De),
            (Some("xx"), Some("nl"), Language::Nl),
            (None, Some("fr-FR, de-AT;q=0.5, nl;q=0.8, *;q=0.1"), Language::Nl),
            (None, Some("de;q=0, en;q=0.001"), Language::En),
            (None, Some("fr"), Language::Sv),
            (None, None, Language::Sv),
            (None, Some(",;;q=,=q;de;q=x"), Language::Sv),
        ] {
            assert_eq!(language(chosen, accept, &ours), expected, "{chosen:?} {accept:?}");
        }
        assert_eq!(language(None, None, &[]), Language::En);
    }

    #[test]
    fn a_page_offers_the_other_languages_and_keeps_its_question() {
        let hostile = "\"><script>alert(1)</script>";
        let page = Page {
            language: Language::De,
            title: hostile,
            organization: hostile,
            tone: Tone::Good,
            body: Html::new().paragraph(hostile),
            path: "/help/5.1.1",
            query: &[("for", hostile)],
        };
        let page = page.render();
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("href=\"/help/5.1.1?lang=nl&amp;for=%22%3E%3Cscript"), "{page}");
        assert!(page.contains("<strong lang=\"de\">Deutsch</strong>"), "{page}");
        assert!(page.contains("noindex"), "{page}");
    }
}
