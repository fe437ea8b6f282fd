//! The part for people as HTML.
//!
//! Made for mail programs: tables and inline styles, no scripts, no remote resources, readable
//! without its style sheet. The colours are legible on light and dark grounds; where a program
//! knows `prefers-color-scheme`, the style sheet adapts them. Every text is escaped here, in
//! [`escape`], and nowhere else.

use super::document::{Block, Document, Tone};

/// Dark colours, for programs that know about them; the light ones are inline.
const STYLE: &str = "\
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #16181d !important; }
  .card { background: #20242b !important; border-color: #3a404a !important; }
  .text { color: #e8eaed !important; }
  .soft { color: #a9b0ba !important; }
  .link { color: #8ab4f8 !important; }
  .rule { border-color: #3a404a !important; }
  .code { background: #16181d !important; color: #e8eaed !important; border-color: #3a404a !important; }
  .idle { background: #2a2f38 !important; color: #c7ccd4 !important; }
}
@media (max-width: 480px) {
  .pad { padding-left: 16px !important; padding-right: 16px !important; }
  .wide tr { display: block; padding: 6px 0; border-bottom: 1px solid #d5d9e0; }
  .wide tr.head { display: none !important; }
  .wide td { display: block; padding: 1px 0 !important; border: 0 !important; font-size: 14px !important; }
  .wide td.named::before { content: attr(data-label) \": \"; color: #59626e; }
}
@media (max-width: 480px) and (prefers-color-scheme: dark) {
  .wide tr { border-color: #3a404a; }
  .wide td.named::before { color: #a9b0ba; }
}
";

const FONT: &str = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const MONO: &str = "font-family:Consolas,Menlo,'DejaVu Sans Mono',monospace";

/// The HTML document, lines ended by `\n`.
pub(super) fn render(document: &Document) -> String {
    let colour = match document.tone {
        Tone::Bad => "#b3261e",
        Tone::Late => "#8a5a00",
        Tone::Good => "#1e6b3a",
    };
    let headline = escape(&document.headline);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <title>{headline}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body class=\"page\" style=\"margin:0;padding:0;background:#f3f4f6\">\n\
         <table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" \
         cellspacing=\"0\" border=\"0\" style=\"background:#f3f4f6\"><tr><td align=\"center\" \
         style=\"padding:16px 8px\">\n\
         <table role=\"presentation\" class=\"card\" width=\"100%\" cellpadding=\"0\" \
         cellspacing=\"0\" border=\"0\" style=\"max-width:680px;background:#ffffff;\
         border:1px solid #d5d9e0;text-align:left\">\n\
         <tr><td class=\"pad\" style=\"background:{colour};padding:18px 28px\">\
         <h1 style=\"margin:0;{FONT};font-size:20px;line-height:1.35;font-weight:600;\
         color:#ffffff;word-break:break-word\">{headline}</h1></td></tr>\n\
         <tr><td class=\"pad\" style=\"padding:20px 28px 12px\">\n",
        lang = document.language.tag(),
    );
    if let Some(second) = &document.second {
        let tag = second.language.tag();
        out.push_str(&format!("<div lang=\"{tag}\">\n"));
        render_block(&mut out, &Block::Note(second.below.clone()), colour);
        out.push_str("</div>\n");
    }
    for block in &document.person {
        render_block(&mut out, block, colour);
    }
    if let Some(second) = &document.second {
        out.push_str(&format!(
            "</td></tr>\n<tr><td class=\"pad rule\" lang=\"{}\" style=\"padding:16px 28px 12px;\
             border-top:4px solid {colour}\">\n{}",
            second.language.tag(),
            heading(2, &second.headline)
        ));
        for block in &second.person {
            render_block(&mut out, block, colour);
        }
    }
    let second = document.second.as_ref();
    let second = second.map(|second| (second.language, &second.admin_heading, &second.admin));
    let first = (document.language, &document.admin_heading, &document.admin);
    for (language, title, admin) in std::iter::once(first).chain(second) {
        out.push_str(&format!(
            "</td></tr>\n<tr><td class=\"pad rule\" lang=\"{}\" style=\"padding:16px 28px 24px;\
             border-top:1px solid #d5d9e0\">\n{}",
            language.tag(),
            heading(2, title)
        ));
        for block in admin {
            render_block(&mut out, block, colour);
        }
    }
    out.push_str("</td></tr>\n</table>\n</td></tr></table>\n</body>\n</html>\n");
    out
}

fn heading(level: u8, text: &str) -> String {
    let size = if level == 2 { 17 } else { 15 };
    format!(
        "<h{level} class=\"text\" style=\"margin:18px 0 8px;{FONT};font-size:{size}px;\
         font-weight:600;color:#1b1f24\">{}</h{level}>\n",
        escape(text)
    )
}

fn paragraph(class: &str, style: &str, text: &str) -> String {
    format!(
        "<p class=\"{class}\" style=\"margin:0 0 10px;{FONT};font-size:15px;line-height:1.5;\
         word-break:break-word;{style}\">{}</p>\n",
        escape(text)
    )
}

fn render_block(out: &mut String, block: &Block, colour: &str) {
    match block {
        Block::Heading(text) => out.push_str(&heading(3, text)),
        Block::Paragraph(text) => out.push_str(&paragraph("text", "color:#1b1f24", text)),
        Block::Strong(text) => {
            out.push_str(&paragraph("text", "color:#1b1f24;font-weight:600", text));
        }
        Block::Note(text) => {
            out.push_str(&paragraph("soft", "color:#59626e;font-size:13px", text));
        }
        Block::Recipients(addresses, more) => {
            out.push_str(&format!(
                "<p class=\"text\" style=\"margin:18px 0 10px;padding:0 0 0 12px;\
                 border-left:4px solid {colour};{FONT};font-size:15px;line-height:1.5;\
                 color:#1b1f24;word-break:break-all\">"
            ));
            let lines: Vec<String> = addresses.iter().chain(more).map(|a| escape(a)).collect();
            out.push_str(&lines.join("<br>\n"));
            out.push_str("</p>\n");
        }
        Block::Steps(steps) => list(out, "ol", steps.iter().map(|step| escape(step))),
        Block::Points(points) => list(
            out,
            "ul",
            points.iter().map(|(text, details)| {
                let details: Vec<String> = details
                    .iter()
                    .map(|d| {
                        format!(
                            "<br>\n<span class=\"soft\" style=\"color:#59626e;font-size:14px\">{}\
                             </span>",
                            escape(d)
                        )
                    })
                    .collect();
                format!("<strong>{}</strong>{}", escape(text), details.concat())
            }),
        ),
        Block::Facts(facts) => fact_table(out, facts),
        Block::Quote { label, lines } => quote(out, label, lines),
        Block::Table { header, rows } => table(out, header, rows),
        Block::Parties { parties, mark } => party_row(out, parties, mark, colour),
        Block::Link { text, url } => out.push_str(&format!(
            "<p class=\"text\" style=\"margin:0 0 10px;{FONT};font-size:15px;line-height:1.5;\
             color:#1b1f24;word-break:break-word\">{}<br>\n<a class=\"link\" href=\"{}\" \
             style=\"color:#1f5fc4;word-break:break-all\">{}</a></p>\n",
            escape(text),
            escape(url),
            escape(url)
        )),
    }
}

fn list(out: &mut String, tag: &str, items: impl Iterator<Item = String>) {
    out.push_str(&format!(
        "<{tag} class=\"text\" style=\"margin:0 0 12px;padding:0 0 0 24px;{FONT};font-size:15px;\
         line-height:1.5;color:#1b1f24\">\n"
    ));
    for item in items {
        out.push_str(&format!("<li style=\"margin:0 0 6px\">{item}</li>\n"));
    }
    out.push_str(&format!("</{tag}>\n"));
}

fn fact_table(out: &mut String, facts: &[(String, String)]) {
    out.push_str(
        "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"margin:0 0 12px\">\n",
    );
    for (label, value) in facts {
        out.push_str(&format!(
            "<tr><td class=\"soft\" valign=\"top\" style=\"padding:2px 14px 2px 0;{FONT};\
             font-size:14px;color:#59626e\">{}</td>\n<td class=\"text\" valign=\"top\" \
             style=\"padding:2px 0;{FONT};font-size:14px;color:#1b1f24;word-break:break-word\">\
             {}</td></tr>\n",
            escape(label),
            escape(value)
        ));
    }
    out.push_str("</table>\n");
}

fn quote(out: &mut String, label: &str, lines: &[String]) {
    let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
    out.push_str(&format!(
        "<p class=\"soft\" style=\"margin:0 0 4px;{FONT};font-size:14px;color:#59626e\">{}</p>\n\
         <p class=\"code\" style=\"margin:0 0 12px;padding:10px 12px;background:#f3f4f6;\
         border:1px solid #d5d9e0;{MONO};font-size:13px;line-height:1.45;color:#1b1f24;\
         word-break:break-word\">{}</p>\n",
        escape(label),
        lines.join("<br>\n")
    ));
}

/// Rows under the names of their columns; on a narrow screen each row is a list, and columns that do not speak for
/// themselves have their names before them.
fn table(out: &mut String, header: &[String], rows: &[Vec<String>]) {
    out.push_str(
        "<table class=\"wide\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"margin:0 0 12px;border-collapse:collapse\">\n<tr class=\"head\">",
    );
    for cell in header {
        out.push_str(&format!(
            "<th align=\"left\" class=\"soft rule\" style=\"padding:4px 10px 4px 0;\
             border-bottom:1px solid #d5d9e0;{FONT};font-size:12px;font-weight:600;\
             color:#59626e\">{}</th>\n",
            escape(cell)
        ));
    }
    out.push_str("</tr>\n");
    let is_named = header.len() > 3;
    for row in rows {
        out.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let label = header.get(column).filter(|_| is_named && column > 0 && !cell.is_empty());
            let named = label.map(|label| format!(" data-label=\"{}\"", escape(label)));
            let class = if named.is_some() { "text rule named" } else { "text rule" };
            // A time stays on one line.
            let space = if column == 0 { "nowrap" } else { "normal" };
            out.push_str(&format!(
                "<td valign=\"top\" class=\"{class}\"{} style=\"padding:4px 10px 4px 0;\
                 border-bottom:1px solid #e6e9ee;{FONT};font-size:12px;line-height:1.4;\
                 color:#1b1f24;white-space:{space};word-break:break-word\">{}</td>\n",
                named.unwrap_or_default(),
                escape(cell)
            ));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

/// Who stands where on the way, with the one who acts filled in.
fn party_row(out: &mut String, parties: &[(String, bool)], mark: &str, colour: &str) {
    out.push_str(
        "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"6\" \
         border=\"0\" style=\"margin:6px 0 10px\"><tr>\n",
    );
    for (name, acts) in parties {
        let (class, style, mark) = if *acts {
            ("", format!("background:{colour};color:#ffffff"), escape(mark))
        } else {
            ("idle", "background:#e9ecf1;color:#3c4450".to_owned(), "&nbsp;".to_owned())
        };
        out.push_str(&format!(
            "<td width=\"33%\" align=\"center\" class=\"{class}\" style=\"padding:8px 6px;{FONT};\
             font-size:14px;line-height:1.35;word-break:break-word;{style}\">{}<br>\n\
             <span style=\"font-size:12px\">{mark}</span></td>\n",
            escape(name)
        ));
    }
    out.push_str("</tr></table>\n");
}

/// Text for HTML, in elements and in attributes between double quotes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_becomes_markup() {
        assert_eq!(
            escape("<a href=\"x\" onclick='y'>&\u{0}"),
            "&lt;a href=&quot;x&quot; onclick=&#39;y&#39;&gt;&amp;\u{fffd}"
        );
    }
}
