//! Standard output: JSON or text, tables on terminals and aligned columns in pipes.
//!
//! Every write can fail because the reader has gone away; that comes back as
//! [`Failure::PipeClosed`] and ends the command silently.

use std::io::{BufWriter, IsTerminal, StdoutLock, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use comfy_table::{
    Attribute, Cell, Color, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle,
    presets,
};
use serde::Serialize;

use super::failure::Failure;
use super::words::{self, Words};

/// What a word means for the reader: its colour on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// No colour.
    Plain,
    /// Green.
    Good,
    /// Yellow.
    Waiting,
    /// Red.
    Bad,
    /// Bold.
    Strong,
}

/// Locked, buffered standard output.
pub(crate) struct Output {
    stream: BufWriter<StdoutLock<'static>>,
    terminal: bool,
    colour: bool,
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        let stdout = std::io::stdout();
        let terminal = stdout.is_terminal();
        let colour = terminal && AutoStream::choice(&stdout) != ColorChoice::Never;
        Self { stream: BufWriter::new(stdout.lock()), terminal, colour, json }
    }

    /// Whether the document is asked for as JSON.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// One JSON document: indented for people, on one line for programs.
    pub(crate) fn json(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        if self.terminal {
            serde_json::to_writer_pretty(&mut self.stream, document)
        } else {
            serde_json::to_writer(&mut self.stream, document)
        }
        .map_err(std::io::Error::from)?;
        self.stream.write_all(b"\n")?;
        self.flush()
    }

    /// A part of a document that is written as it comes.
    pub(crate) fn raw_json(&mut self, part: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.stream, part).map_err(std::io::Error::from)?;
        Ok(())
    }

    /// Text as it is.
    pub(crate) fn raw(&mut self, text: &str) -> Result<(), Failure> {
        self.stream.write_all(text.as_bytes())?;
        Ok(())
    }

    /// One line.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.stream.write_all(text.as_bytes())?;
        self.stream.write_all(b"\n")?;
        Ok(())
    }

    /// Everything out.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.stream.flush()?;
        Ok(())
    }

    /// The text in its colour, where there are colours.
    pub(crate) fn toned(&self, tone: Tone, text: &str) -> String {
        let style = match tone {
            Tone::Plain => return text.into(),
            Tone::Good => Style::new().fg_color(Some(AnsiColor::Green.into())),
            Tone::Waiting => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
            Tone::Bad => Style::new().fg_color(Some(AnsiColor::Red.into())),
            Tone::Strong => Style::new().bold(),
        };
        if self.colour { format!("{style}{text}{style:#}") } else { text.into() }
    }

    /// A table. Cells are made harmless here.
    pub(crate) fn table(&mut self, columns: &Columns) -> Result<(), Failure> {
        let text = columns.render(self.terminal, self.colour);
        for line in text.lines() {
            self.line(line.trim_end())?;
        }
        self.flush()
    }
}

/// How a column behaves on a terminal that is not wide enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// Never broken: ids and words that are copied.
    Whole,
    /// Broken over several lines.
    Wraps,
    /// Left out under 100 columns.
    Spare,
}

/// A table's content.
pub(crate) struct Columns {
    header: Vec<(String, Width)>,
    rows: Vec<Vec<(String, Tone)>>,
}

impl Columns {
    /// A table with these headings as they are.
    pub(crate) fn new(header: &[&str]) -> Self {
        let header = header.iter().map(|name| ((*name).to_owned(), Width::Wraps)).collect();
        Self { header, rows: Vec::new() }
    }

    /// A table with these headings, given as keys of sentences.
    pub(crate) fn spoken(words: Words, header: &[(&str, Width)]) -> Self {
        let header = header.iter().map(|(key, width)| (words.text(key), *width)).collect();
        Self { header, rows: Vec::new() }
    }

    /// One more row.
    pub(crate) fn row(&mut self, cells: Vec<(String, Tone)>) {
        self.rows.push(cells);
    }

    /// True without rows.
    pub(crate) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn render(&self, terminal: bool, colour: bool) -> String {
        let mut table = Table::new();
        // Some terminals do not say how wide they are; breaking words apart helps nobody then.
        let width = table.width().filter(|width| terminal && *width >= 60);
        if terminal {
            let rule = LineStyle::none().fill('─').junction('─');
            table.load_style(TableStyle::new().header_separator(rule));
        } else {
            table.load_style(presets::NOTHING);
            table.force_no_tty();
        }
        table.set_content_arrangement(if width.is_some() {
            ContentArrangement::Dynamic
        } else {
            ContentArrangement::Disabled
        });
        table.set_header(self.header.iter().map(|(name, _)| {
            let cell = Cell::new(name);
            if colour { cell.add_attribute(Attribute::Bold) } else { cell }
        }));
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| self::cell(cell, terminal, colour)));
        }
        for (column, (_, behaviour)) in table.column_iter_mut().zip(&self.header) {
            // The terminal's style has a space between columns already.
            column.set_padding((0, if terminal { 1 } else { 2 }));
            match (width, behaviour) {
                (Some(..100), Width::Spare) => {
                    column.set_constraint(ColumnConstraint::Hidden);
                }
                (Some(_), Width::Whole) => {
                    column.set_constraint(ColumnConstraint::ContentWidth);
                }
                _ => {}
            }
        }
        table.to_string()
    }
}

fn cell((text, tone): &(String, Tone), terminal: bool, colour: bool) -> Cell {
    let cell = Cell::new(words::harmless(text, if terminal { 200 } else { 1000 }));
    match tone {
        _ if !colour => cell,
        Tone::Plain => cell,
        Tone::Good => cell.fg(Color::Green),
        Tone::Waiting => cell.fg(Color::Yellow),
        Tone::Bad => cell.fg(Color::Red),
        Tone::Strong => cell.add_attribute(Attribute::Bold),
    }
}

#[cfg(test)]
mod tests {
    use causeway_model::config::Language;

    use super::*;

    #[test]
    fn columns_are_aligned_in_pipes_and_hostile_text_is_harmless() {
        let header = [("cli-head-name", Width::Whole), ("cli-head-detail", Width::Wraps)];
        let mut columns = Columns::spoken(Words::of(Language::En), &header);
        columns.row(vec![("a\u{1b}[31m\u{202e}".into(), Tone::Bad), ("one".into(), Tone::Plain)]);
        columns.row(vec![("longer name".into(), Tone::Plain), ("two\nlines".into(), Tone::Plain)]);
        let text = columns.render(false, false);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        let column = lines[0].find("DETAIL").unwrap();
        assert_eq!(lines[2].find("two"), Some(column), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    }
}
