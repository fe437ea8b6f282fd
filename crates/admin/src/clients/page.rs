//! The page with the settings, for people.

use causeway_catalog::texts::Texts;
use causeway_model::config::Language;

use super::{ClientSettings, MailProtocol, MailService, Security};
use crate::pages::html::Method;
use crate::pages::{Html, Page, Tone, encoded};

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
    let fields = Html::new()
        .input("email", "address", &texts.text("clients-your-address"), address.unwrap_or_default())
        .hidden("lang", language.tag())
        .button(&texts.text("clients-show"));
    let mut body =
        Html::new().paragraph(&texts.text("clients-intro")).form(Method::Get, "/settings", &fields);
    body = match (settings, address) {
        (Some(settings), _) if settings.services.is_empty() => {
            body.paragraph(&texts.text("clients-no-services"))
        }
        (Some(settings), address) => known(body, settings, address, texts),
        (None, Some(_)) => body.paragraph(&texts.text("clients-not-ours")),
        (None, None) => body.paragraph(&texts.text("clients-none")),
    };
    let query: &[(&str, &str)] = match &address {
        Some(address) => &[("address", address)],
        None => &[],
    };
    Page {
        language,
        title: &title,
        organization: "",
        tone: Tone::Plain,
        body,
        path: "/settings",
        query,
    }
    .render()
}

fn known(mut body: Html, settings: &ClientSettings, address: Option<&str>, texts: &Texts) -> Html {
    // Without an address the user name is described instead.
    let user = address.map_or_else(|| texts.text("clients-whole-address"), str::to_owned);
    for (protocol, caption) in
        [(MailProtocol::Pop3, "clients-incoming"), (MailProtocol::Submission, "clients-outgoing")]
    {
        for (position, service) in settings.services_for(protocol).enumerate() {
            let mut caption = texts.text(caption);
            if position > 0 {
                caption = format!("{caption} – {}", texts.text("clients-alternative"));
            }
            body = table(body, &caption, settings, service, &user, texts);
        }
    }
    body = body.paragraph(&texts.text("clients-password-note"));
    let has_both = [MailProtocol::Pop3, MailProtocol::Submission]
        .into_iter()
        .all(|protocol| settings.services_for(protocol).next().is_some());
    match address.filter(|_| has_both) {
        Some(address) => body.link(
            &format!("/settings/mail.mobileconfig?address={}", encoded(address)),
            &texts.text("clients-apple"),
        ),
        None => body,
    }
}

fn table(
    body: Html,
    caption: &str,
    settings: &ClientSettings,
    service: &MailService,
    user: &str,
    texts: &Texts,
) -> Html {
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
    body.facts(caption, &rows.map(|(key, value)| (texts.text(key), value)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::settings;
    use super::*;

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
