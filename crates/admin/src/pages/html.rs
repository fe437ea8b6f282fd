//! Markup under construction: whatever text goes in comes out escaped.
//!
//! Elements are named by the code, never by what came from outside. Every method takes and returns
//! the markup, so a page reads from top to bottom.

use crate::clients::escaped;

/// A piece of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html {
    out: String,
}

impl Html {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The markup so far.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.out
    }

    /// Another piece behind this one.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.out.push_str(&other.out);
        self
    }

    /// An element with nothing but text in it. `class` may be empty.
    #[must_use]
    pub fn element(mut self, tag: &'static str, class: &'static str, text: &str) -> Self {
        self.open(tag, class);
        self.out.push_str(&escaped(text));
        self.out.push_str(&format!("</{tag}>\n"));
        self
    }

    /// An element with other elements in it. `class` may be empty.
    #[must_use]
    pub fn group(mut self, tag: &'static str, class: &'static str, content: &Self) -> Self {
        self.open(tag, class);
        self.out.push('\n');
        self.out.push_str(&content.out);
        self.out.push_str(&format!("</{tag}>\n"));
        self
    }

    fn open(&mut self, tag: &'static str, class: &'static str) {
        match class {
            "" => self.out.push_str(&format!("<{tag}>")),
            class => self.out.push_str(&format!("<{tag} class=\"{class}\">")),
        }
    }

    /// An element with nothing but text from outside in it: its direction of writing, and whatever
    /// changes that, stays within. `class` may be empty.
    #[must_use]
    pub fn foreign(mut self, tag: &'static str, class: &'static str, text: &str) -> Self {
        self.open(tag, class);
        self.out.push_str(&format!("<bdi dir=\"ltr\">{}</bdi></{tag}>\n", escaped(&visible(text))));
        self
    }

    /// What is behind a line that can be opened.
    #[must_use]
    pub fn details(mut self, summary: &str, content: &Self) -> Self {
        self.out.push_str(&format!(
            "<details><summary>{}</summary>\n{}</details>\n",
            escaped(summary),
            content.out
        ));
        self
    }

    /// A heading below the page's own.
    #[must_use]
    pub fn heading(self, text: &str) -> Self {
        self.element("h2", "", text)
    }

    /// A paragraph.
    #[must_use]
    pub fn paragraph(self, text: &str) -> Self {
        self.element("p", "", text)
    }

    /// The sentence that matters most.
    #[must_use]
    pub fn strong(self, text: &str) -> Self {
        self.element("p", "lead", text)
    }

    /// A remark.
    #[must_use]
    pub fn note(self, text: &str) -> Self {
        self.element("p", "note", text)
    }

    /// Steps in their order, numbered. Nothing when there are none.
    #[must_use]
    pub fn steps<T: AsRef<str>>(self, steps: &[T]) -> Self {
        self.list("ol", steps)
    }

    /// Things in no order. Nothing when there are none.
    #[must_use]
    pub fn points<T: AsRef<str>>(self, points: &[T]) -> Self {
        self.list("ul", points)
    }

    fn list<T: AsRef<str>>(self, tag: &'static str, items: &[T]) -> Self {
        if items.is_empty() {
            return self;
        }
        let list = items.iter().fold(Self::new(), |l, item| l.element("li", "", item.as_ref()));
        self.group(tag, "", &list)
    }

    /// Labels with their values, as a table.
    #[must_use]
    pub fn facts<L: AsRef<str>, V: AsRef<str>>(self, caption: &str, facts: &[(L, V)]) -> Self {
        self.table(caption, facts, |value| escaped(value).into_owned())
    }

    /// Labels with values from outside, as a table: see [`Self::foreign`].
    #[must_use]
    pub fn foreign_facts<L: AsRef<str>, V: AsRef<str>>(self, facts: &[(L, V)]) -> Self {
        self.table("", facts, |value| {
            format!("<bdi dir=\"ltr\">{}</bdi>", escaped(&visible(value)))
        })
    }

    fn table<L: AsRef<str>, V: AsRef<str>>(
        mut self,
        caption: &str,
        facts: &[(L, V)],
        shown: impl Fn(&str) -> String,
    ) -> Self {
        self.out.push_str("<table>");
        if !caption.is_empty() {
            self.out.push_str(&format!("<caption>{}</caption>", escaped(caption)));
        }
        self.out.push('\n');
        for (label, value) in facts {
            self.out.push_str(&format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n",
                escaped(label.as_ref()),
                shown(value.as_ref())
            ));
        }
        self.out.push_str("</table>\n");
        self
    }

    /// Words of a server or a program, as they are.
    #[must_use]
    pub fn verbatim(self, text: &str) -> Self {
        self.element("pre", "", text)
    }

    /// A link on a line of its own. Only paths of ours, `https:`, `http:` and `mailto:` become links;
    /// anything else stays text.
    #[must_use]
    pub fn link(mut self, to: &str, text: &str) -> Self {
        let known = ["/", "https://", "http://", "mailto:"];
        if !known.iter().any(|start| to.starts_with(start)) {
            return self.paragraph(text);
        }
        self.out.push_str(&format!("<p><a href=\"{}\">{}</a></p>\n", escaped(to), escaped(text)));
        self
    }

    /// A form: `fields` is what is inside.
    #[must_use]
    pub fn form(mut self, method: Method, action: &str, fields: &Self) -> Self {
        let method = match method {
            Method::Get => "get",
            Method::Post => "post",
        };
        self.out.push_str(&format!(
            "<form method=\"{method}\" action=\"{}\">\n{}</form>\n",
            escaped(action),
            fields.out
        ));
        self
    }

    /// A form that can carry files.
    #[must_use]
    pub fn upload(mut self, action: &str, fields: &Self) -> Self {
        self.out.push_str(&format!(
            "<form method=\"post\" enctype=\"multipart/form-data\" action=\"{}\">\n{}</form>\n",
            escaped(action),
            fields.out
        ));
        self
    }

    /// A field that nobody sees.
    #[must_use]
    pub fn hidden(mut self, name: &'static str, value: &str) -> Self {
        self.out.push_str(&format!(
            "<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n",
            escaped(value)
        ));
        self
    }

    /// A field to type into, with its label. `kind` is its type (`email`, `text`).
    #[must_use]
    pub fn input(
        mut self,
        kind: &'static str,
        name: &'static str,
        label: &str,
        value: &str,
    ) -> Self {
        self.out.push_str(&format!(
            "<label>{} <input type=\"{kind}\" name=\"{name}\" value=\"{}\" required></label>\n",
            escaped(label),
            escaped(value)
        ));
        self
    }

    /// A file to choose, or to drop here, with its label. It may be left out.
    #[must_use]
    pub fn file(mut self, name: &'static str, label: &str) -> Self {
        self.out.push_str(&format!(
            "<p><label class=\"wide\">{}<br>\n<input type=\"file\" name=\"{name}\"></label></p>\n",
            escaped(label)
        ));
        self
    }

    /// A large field to paste text into, with its label. It may stay empty.
    #[must_use]
    pub fn paste_area(mut self, name: &'static str, label: &str) -> Self {
        self.out.push_str(&format!(
            "<p><label class=\"wide\">{}<br>\n<textarea name=\"{name}\" rows=\"12\" spellcheck=\"false\"></textarea></label></p>\n",
            escaped(label)
        ));
        self
    }

    /// A large field to paste text into, with its label.
    #[must_use]
    pub fn text_area(mut self, name: &'static str, label: &str, value: &str) -> Self {
        // A line break right behind the tag is not part of the text.
        self.out.push_str(&format!(
            "<label>{}<br>\n<textarea name=\"{name}\" rows=\"12\" required>\n{}</textarea></label>\n",
            escaped(label),
            value.split('\n').map(escaped).collect::<Vec<_>>().join("\n")
        ));
        self
    }

    /// The button of a form.
    #[must_use]
    pub fn button(self, text: &str) -> Self {
        self.element("button", "", text)
    }

    /// A button that says by which value it was the one that was pressed.
    #[must_use]
    pub fn choice(mut self, name: &'static str, value: &'static str, text: &str) -> Self {
        self.out.push_str(&format!(
            "<button name=\"{name}\" value=\"{value}\">{}</button>\n",
            escaped(text)
        ));
        self
    }
}

/// The text with characters that change the direction of writing, or hide others, as `\u{…}`.
fn visible(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '\u{061C}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}'
            | '\u{E0000}'..='\u{E007F}' => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
        out
    })
}

/// How a form is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// It only asks.
    Get,
    /// It changes something.
    Post,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_goes_in_is_text() {
        let hostile = "</td><img src=x onerror='a'>\"";
        let page = Html::new()
            .heading(hostile)
            .steps(&[hostile])
            .facts(hostile, &[(hostile, hostile)])
            .verbatim(hostile)
            .link(hostile, hostile)
            .form(
                Method::Post,
                hostile,
                &Html::new().hidden("a", hostile).text_area("b", hostile, hostile),
            );
        assert!(!page.as_str().contains("<img") && !page.as_str().contains("'a'"));
        assert!(!page.as_str().contains("</td>&lt;/td"));
    }

    #[test]
    fn a_link_leads_only_where_links_may() {
        for hostile in ["javascript:alert(1)", "data:text/html,x", " javascript:x"] {
            assert!(!Html::new().link(hostile, "x").as_str().contains("href"), "{hostile}");
        }
        assert!(Html::new().link("/help/5.1.1", "x").as_str().contains("href=\"/help/5.1.1\""));
    }

    #[test]
    fn an_empty_list_is_nothing() {
        assert_eq!(Html::new().steps::<&str>(&[]), Html::new());
    }
}
