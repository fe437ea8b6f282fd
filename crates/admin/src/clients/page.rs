//! The page with the settings, for people.

use std::fmt::Write as _;

use causeway_catalog::texts::Texts;
use causeway_model::config::Language;

use super::{ClientSettings, MailProtocol, MailService, Security, escaped};

/// The style sheet. The page itself has no styles and no scripts.
pub const STYLE: &str = "\
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222; background: #fff }\n\
table { border-collapse: collapse; width: 100%; margin: 0 0 1.5rem }\n\
caption { text-align: left; font-weight: bold; padding: .3rem 0 }\n\
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ccc; vertical-align: top }\n\
th { width: 14rem; font-weight: normal; color: #555 }\n\
input { font: inherit; padding: .2rem .4rem; width: 20rem; max-width: 100% }\n\
button { font: inherit; padding: .2rem .8rem }\n\
nav { margin-top: 2rem; color: #555 }\n\
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #1b1b1b } th, nav { color: #aaa } a { color: #8bf } }\n";

/// The language to answer in: what the reader chose, else what the browser prefers, else the
/// organization's own.
#[must_use]
pub fn language(
    chosen: Option<&str>,
    accept_language: Option<&str>,
    organization: &[Language],
) -> Language {
    let preferred = || {
        let mut wanted: Vec<(u32, Language)> = accept_language?
            .split(',')
            .take(20)
            .filter_map(|entry| {
                let (tag, weight) = entry.split_once(';').unwrap_or((entry, ""));
                let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
                // In thousandths, as the header has them.
                let weight = (weight.ok()?.clamp(0.0, 1.0) * 1000.0) as u32;
                Some((weight, Language::from_tag(tag.trim())?)).filter(|(weight, _)| *weight > 0)
            })
            .collect();
        wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        wanted.first().map(|(_, language)| *language)
    };
    chosen
        .and_then(Language::from_tag)
        .or_else(preferred)
        .or_else(|| organization.first().copied())
        .unwrap_or(Language::En)
}

/// The page. `address` is what the reader typed, if anything; `settings` are those of its domain.
#[must_use]
pub fn document(
    settings: Option<&ClientSettings>,
    address: Option<&str>,
    language: Language,
) -> String {
    let texts = Texts::get(language);
    let title = match settings {
        Some(settings) => {
            texts.format("clients-title-of", &[("name", (&settings.organization).into())])
        }
        None => texts.text("clients-title"),
    };
    let mut body = format!("<h1>{}</h1>\n", escaped(&title));
    paragraph(&mut body, &texts.text("clients-intro"));
    form(&mut body, address, language, texts);
    match (settings, address) {
        (Some(settings), _) if settings.services.is_empty() => {
            paragraph(&mut body, &texts.text("clients-no-services"));
        }
        (Some(settings), address) => {
            // Without an address the user name is described instead.
            let user = address.map_or_else(|| texts.text("clients-whole-address"), str::to_owned);
            tables(&mut body, settings, &user, texts);
            let has_both = [MailProtocol::Pop3, MailProtocol::Submission]
                .into_iter()
                .all(|protocol| settings.services_for(protocol).next().is_some());
            if let Some(address) = address.filter(|_| has_both) {
                profile(&mut body, address, texts);
            }
        }
        (None, Some(_)) => paragraph(&mut body, &texts.text("clients-not-ours")),
        (None, None) => paragraph(&mut body, &texts.text("clients-none")),
    }
    languages(&mut body, address, language);
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{}</title>\n<link rel=\"stylesheet\" href=\"/settings/style.css\">\n</head>\n\
         <body>\n{body}</body>\n</html>\n",
        language.tag(),
        escaped(&title)
    )
}

fn paragraph(body: &mut String, text: &str) {
    push(body, &format!("<p>{}</p>\n", escaped(text)));
}

fn push(body: &mut String, markup: &str) {
    body.push_str(markup);
}

fn form(body: &mut String, address: Option<&str>, language: Language, texts: &Texts) {
    // A String takes everything.
    let _ = writeln!(
        body,
        "<form method=\"get\" action=\"/settings\"><p><label>{} \
         <input type=\"email\" name=\"address\" value=\"{}\" required></label> \
         <input type=\"hidden\" name=\"lang\" value=\"{}\">\
         <button>{}</button></p></form>",
        escaped(&texts.text("clients-your-address")),
        escaped(address.unwrap_or_default()),
        language.tag(),
        escaped(&texts.text("clients-show"))
    );
}

fn tables(body: &mut String, settings: &ClientSettings, user: &str, texts: &Texts) {
    for (protocol, caption) in
        [(MailProtocol::Pop3, "clients-incoming"), (MailProtocol::Submission, "clients-outgoing")]
    {
        for (position, service) in settings.services_for(protocol).enumerate() {
            let mut caption = texts.text(caption);
            if position > 0 {
                caption = format!("{caption} – {}", texts.text("clients-alternative"));
            }
            table(body, &caption, settings, service, user, texts);
        }
    }
    paragraph(body, &texts.text("clients-password-note"));
}

fn table(
    body: &mut String,
    caption: &str,
    settings: &ClientSettings,
    service: &MailService,
    user: &str,
    texts: &Texts,
) {
    let security = match service.security {
        Security::Tls => "SSL/TLS",
        Security::StartTls => "STARTTLS",
    };
    let rows = [
        ("clients-server", settings.hostname.clone()),
        ("clients-port", service.port.to_string()),
        ("clients-security", security.to_owned()),
        ("clients-user", user.to_owned()),
        ("clients-password", texts.text("clients-password-of-mailbox")),
    ];
    push(body, &format!("<table><caption>{}</caption>\n", escaped(caption)));
    for (key, value) in rows {
        push(
            body,
            &format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n",
                escaped(&texts.text(key)),
                escaped(&value)
            ),
        );
    }
    body.push_str("</table>\n");
}

fn profile(body: &mut String, address: &str, texts: &Texts) {
    push(
        body,
        &format!(
            "<p><a href=\"/settings/mail.mobileconfig?address={}\">{}</a></p>\n",
            encoded(address),
            escaped(&texts.text("clients-apple"))
        ),
    );
}

fn languages(body: &mut String, address: Option<&str>, language: Language) {
    let query =
        address.map_or_else(String::new, |address| format!("&amp;address={}", encoded(address)));
    let links: Vec<String> = [
        (Language::De, "Deutsch"),
        (Language::En, "English"),
        (Language::Nl, "Nederlands"),
        (Language::Sv, "Svenska"),
    ]
    .into_iter()
    .map(|(other, name)| {
        if other == language {
            return name.to_owned();
        }
        let tag = other.tag();
        format!(
            "<a href=\"/settings?lang={tag}{query}\" hreflang=\"{tag}\" lang=\"{tag}\">{name}</a>"
        )
    })
    .collect();
    push(body, &format!("<nav>{}</nav>\n", links.join(" · ")));
}

/// A value for a query: everything but letters, digits and `-._~` as `%XX`.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, octet| {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(octet as char);
            }
            _ => {
                let _ = write!(out, "%{octet:02X}");
            }
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;
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
    fn every_language_has_a_page_with_every_service() {
        let settings = settings();
        let mut titles = Vec::new();
        for language in Language::ALL {
            let page = document(Some(&settings), Some("alice@ours.test"), language);
            for expected in ["995", "110", "465", "587", "mx.ours.test", "alice@ours.test"] {
                assert!(page.contains(&format!("<td>{expected}</td>")), "{expected} in {page}");
            }
            assert!(page.contains("mail.mobileconfig?address=alice%40ours.test"));
            assert!(!page.contains("clients-"), "a text is missing: {page}");
            titles
                .push(page.split("<title>").nth(1).unwrap().split('<').next().unwrap().to_owned());
        }
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), 4, "{titles:?}");
    }

    #[test]
    fn what_a_reader_typed_is_text() {
        let hostile = "\"><script>alert(1)</script>@ours.test";
        let page = document(Some(&settings()), Some(hostile), Language::En);
        assert!(!page.contains("<script>") && !page.contains("\">&lt;"), "{page}");
        assert!(page.contains("Tom &amp; &lt;Jerry&gt;"));
        assert!(document(None, Some(hostile), Language::En).contains("&lt;script&gt;"));
    }
}
