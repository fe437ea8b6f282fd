//! Help on a code, for the person who sent a message and for administrators.

use causeway_catalog::help::CodeHelp;
use causeway_catalog::texts::{Texts, Value};
use causeway_catalog::{Cause, Phase};
use causeway_model::config::Language;

use super::html::Method;
use super::{Html, Page, Tone};
use crate::types::Audience;

/// The page. Without `help` it says that there is none.
#[must_use]
pub fn document(
    help: Option<&CodeHelp>,
    audience: Audience,
    organization: &str,
    postmaster: Option<&str>,
    path: &str,
    language: Language,
) -> String {
    let texts = Texts::get(language);
    let query = [("for", audience.name())];
    let Some(help) = help else {
        let body = Html::new().paragraph(&texts.text("help-unknown"));
        let title = texts.text("help-unknown-title");
        return page(&title, organization, body, path, &query, language);
    };
    let code = help.code.to_string();
    let (key, mut body) = match audience {
        Audience::User => ("help-title-user", for_user(help, postmaster, texts)),
        Audience::Admin => ("help-title-admin", for_admin(help, texts)),
    };
    let (other, other_key) = match audience {
        Audience::User => (Audience::Admin, "help-to-admin"),
        Audience::Admin => (Audience::User, "help-to-user"),
    };
    let other = format!("{path}?lang={}&for={}", language.tag(), other.name());
    body = body.link(&other, &texts.text(other_key));
    let form = Html::new()
        .element("p", "", &texts.text("help-feedback"))
        .hidden("lang", language.tag())
        .hidden("for", audience.name())
        .choice("helpful", "yes", &texts.text("help-yes"))
        .choice("helpful", "no", &texts.text("help-no"));
    body = body.form(Method::Post, path, &form);
    let title = texts.format(key, &[("code", (&code).into())]);
    page(&title, organization, body, path, &query, language)
}

/// The page after an answer.
#[must_use]
pub fn thanks(audience: Audience, organization: &str, path: &str, language: Language) -> String {
    let texts = Texts::get(language);
    let back = format!("{path}?lang={}&for={}", language.tag(), audience.name());
    let body =
        Html::new().paragraph(&texts.text("help-thanks")).link(&back, &texts.text("help-back"));
    let title = texts.text("help-thanks-title");
    page(&title, organization, body, path, &[("for", audience.name())], language)
}

fn page(
    title: &str,
    organization: &str,
    body: Html,
    path: &str,
    query: &[(&str, &str)],
    language: Language,
) -> String {
    Page { language, title, organization, tone: Tone::Plain, body, path, query }.render()
}

fn for_user(help: &CodeHelp, postmaster: Option<&str>, texts: &Texts) -> Html {
    let several = help.problems.len() > 1;
    let heading = if several { "help-what-several" } else { "help-what" };
    let mut body = Html::new().heading(&texts.text(heading));
    let postmaster = postmaster.map_or_else(|| texts.text("help-postmaster"), str::to_owned);
    for problem in &help.problems {
        let arguments: [(&str, Value<'_>); 2] = [
            ("domain", texts.text("help-domain").into()),
            ("host", texts.text("help-host").into()),
        ];
        let steps: Vec<String> = problem
            .steps(Phase::Final)
            .iter()
            .map(|key| texts.format(key, &[("postmaster", (&postmaster).into())]))
            .collect();
        body = body
            .strong(&texts.format(problem.text_key(), &arguments))
            .element("h3", "", &texts.text("help-do"))
            .steps(&steps);
    }
    body
}

fn for_admin(help: &CodeHelp, texts: &Texts) -> Html {
    let mut body = Html::new();
    if let Some(meaning) = help.meaning {
        let source = meaning.source_key();
        let source = source.map_or_else(|| meaning.source.to_owned(), |key| texts.text(key));
        let facts = [
            (texts.text("help-code-name"), texts.text(&meaning.name_key())),
            (texts.text("help-code-source"), source),
        ];
        body = body.facts("", &facts);
    }
    body = body.heading(&texts.text("help-causes"));
    for cause in &help.causes {
        body = about_cause(body, cause, texts);
    }
    body
}

fn about_cause(body: Html, cause: &Cause, texts: &Texts) -> Html {
    let facts = [
        (texts.text("help-why"), texts.text(&cause.explanation_key())),
        (texts.text("help-who"), texts.text(cause.who_acts(false).text_key())),
        (texts.text("help-to-do"), texts.text(&cause.action_key())),
    ];
    body.element("h3", "", &texts.text(&cause.title_key())).facts("", &facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use causeway_catalog::help::{codes, help};

    #[test]
    fn every_code_has_both_pages_in_every_language() {
        for code in codes() {
            let help = help(code).unwrap();
            for language in Language::ALL {
                for audience in [Audience::User, Audience::Admin] {
                    let path = format!("/help/{code}");
                    let page = document(Some(&help), audience, "Ours", None, &path, language);
                    assert!(page.contains("<form method=\"post\""), "{page}");
                    for key in ["problem-", "step-", "help-", ">cause-", "{$", "{ $"] {
                        assert!(!page.contains(key), "{key} in {page}");
                    }
                }
            }
        }
    }

    #[test]
    fn no_page_speaks_of_an_invented_domain_or_in_another_language() {
        let help = help("5.4.316".parse().unwrap()).unwrap();
        for (language, source) in [
            (Language::De, "gehostetes Exchange und Causeway"),
            (Language::Nl, "gehoste Exchange en Causeway"),
            (Language::Sv, "Exchange som tjänst och Causeway"),
        ] {
            let page = |audience| document(Some(&help), audience, "Ours", None, "/h", language);
            assert!(!page(Audience::User).contains(".example"), "{language:?}");
            let page = page(Audience::Admin);
            assert!(page.contains(source) && !page.contains("hosted Exchange"), "{page}");
        }
    }

    #[test]
    fn senders_are_told_whom_to_ask() {
        let help = help("5.4.316".parse().unwrap()).unwrap();
        let ask = Some("postmaster@ours.test");
        let page =
            document(Some(&help), Audience::User, "Ours", ask, "/help/5.4.316", Language::De);
        assert!(
            page.contains("postmaster@ours.test") && page.contains("der Domain des Empfängers")
        );
        assert!(page.contains("/help/5.4.316?lang=de&amp;for=admin"), "{page}");
    }
}
