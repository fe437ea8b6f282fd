//! The part for people as plain text: 76 columns, no markup that needs a renderer.

use super::document::{Block, Document};

const WIDTH: usize = 76;

/// The text, lines ended by `\n`.
pub(super) fn render(document: &Document) -> String {
    let mut out = String::new();
    if let Some(second) = &document.second {
        wrap(&mut out, &second.below, "", "");
        out.push('\n');
    }
    wrap(&mut out, &document.headline, "", "");
    blocks(&mut out, &document.person);
    if let Some(second) = &document.second {
        out.push_str(&format!("\n{}\n", "-".repeat(WIDTH)));
        wrap(&mut out, &second.headline, "", "");
        blocks(&mut out, &second.person);
    }
    let second = document.second.as_ref().map(|second| (&second.admin_heading, &second.admin));
    for (heading, admin) in
        std::iter::once((&document.admin_heading, &document.admin)).chain(second)
    {
        out.push_str(&format!("\n{}\n{heading}\n", "-".repeat(WIDTH)));
        blocks(&mut out, admin);
    }
    out
}

fn blocks(out: &mut String, blocks: &[Block]) {
    for block in blocks {
        out.push('\n');
        match block {
            Block::Heading(text) => {
                out.push_str(&format!("{text}\n{}\n", "-".repeat(text.chars().count())));
            }
            Block::Recipients(addresses, more) => {
                for line in addresses.iter().chain(more) {
                    out.push_str(&format!("* {line}\n"));
                }
            }
            Block::Paragraph(text) | Block::Strong(text) | Block::Note(text) => {
                wrap(out, text, "", "");
            }
            Block::Steps(steps) => {
                for (i, step) in steps.iter().enumerate() {
                    wrap(out, step, &format!("{:>2}. ", i + 1), "    ");
                }
            }
            Block::Facts(facts) => {
                let width = facts.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
                for (label, value) in facts {
                    let pad = " ".repeat(width - label.chars().count());
                    out.push_str(&format!("{label}:{pad} {value}\n"));
                }
            }
            Block::Quote { label, lines } => {
                out.push_str(&format!("{label}:\n"));
                for line in lines {
                    out.push_str(&format!("  {line}\n"));
                }
            }
            Block::Table { rows, header } => table(out, header, rows),
            Block::Points(points) => {
                for (text, details) in points {
                    wrap(out, text, "- ", "  ");
                    for detail in details {
                        wrap(out, detail, "  ", "  ");
                    }
                }
            }
            Block::Parties { parties, mark } => {
                let names: Vec<String> = parties
                    .iter()
                    .map(
                        |(name, acts)| {
                            if *acts { format!("[{name}: {mark}]") } else { name.clone() }
                        },
                    )
                    .collect();
                out.push_str(&format!("{}\n", names.join(" > ")));
            }
            Block::Link { text, url } => out.push_str(&format!("{text}\n{url}\n")),
        }
    }
}

/// Rows as lines: two columns on the first, a third below; wider tables with the labels of their
/// columns.
fn table(out: &mut String, header: &[String], rows: &[Vec<String>]) {
    for row in rows {
        match row.as_slice() {
            [first, second, third] => {
                wrap(out, &format!("{first}  {second}"), "", "    ");
                wrap(out, third, "    ", "    ");
            }
            [first, rest @ ..] => {
                let cells: Vec<String> = rest
                    .iter()
                    .zip(header.iter().skip(1))
                    .filter(|(cell, _)| !cell.is_empty())
                    .map(|(cell, label)| format!("{label}: {cell}"))
                    .collect();
                let first = if first.is_empty() { "-" } else { first };
                wrap(out, &format!("{first}  {}", cells.join(", ")), "", "    ");
            }
            [] => {}
        }
    }
}

/// Writes `text` in lines of at most [`WIDTH`] columns; a word that is longer stays whole.
fn wrap(out: &mut String, text: &str, first: &str, others: &str) {
    out.push_str(first);
    let mut column = first.chars().count();
    let indent = others.chars().count();
    let mut at_start = true;
    for word in text.split(' ') {
        let length = word.chars().count();
        if !at_start && column + 1 + length > WIDTH {
            out.push('\n');
            out.push_str(others);
            column = indent;
        } else if !at_start {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
        at_start = false;
    }
    out.push('\n');
}
