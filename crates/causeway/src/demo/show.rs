//! What the demo says.

use causeway_admin::types::{AlertView, TraceEntry, TraceStatus};
use causeway_catalog::Value;
use causeway_model::config::Language;
use causeway_store::Audit;
use mail_parser::{MessageParser, MimeHeaders};
use serde::Serialize;

use super::Trouble;
use super::letters::Sent;
use super::world::World;
use crate::cli::commands::alert::say as say_alert;
use crate::cli::failure::Failure;
use crate::cli::output::{Columns, Output, Tone};
use crate::cli::words::Words;

/// Where it is said.
pub(super) struct Show {
    out: Output,
    waiting: usize,
    words: Words,
}

/// One message in the JSON document.
#[derive(Serialize)]
struct Ending<'a> {
    sender: &'a str,
    recipient: &'a str,
    purpose: String,
    id: Option<String>,
    status: &'a str,
    code: Option<&'a str>,
    reply: Option<&'a str>,
}

fn told(result: Result<(), Failure>) -> Result<(), Trouble> {
    // Nobody listens any more: the world is taken down all the same.
    result.map_err(|_| Trouble(String::new()))
}

impl Show {
    pub(super) fn new(json: bool, language: Language) -> Self {
        Self { out: Output::new(json), waiting: usize::MAX, words: Words::of(language) }
    }

    fn line(&mut self, text: &str) -> Result<(), Trouble> {
        if self.out.is_json() {
            return Ok(());
        }
        told(self.out.line(text).and_then(|()| self.out.flush()))
    }

    /// A sentence of `locales/*/demo.ftl`.
    fn text(&mut self, key: &str) -> Result<(), Trouble> {
        let line = self.words.text(key);
        self.line(&line)
    }

    pub(super) fn introduction(&mut self) -> Result<(), Trouble> {
        self.text("demo-introduction")?;
        self.text("demo-times")?;
        self.line("")
    }

    pub(super) fn servers(&mut self, world: &World) -> Result<(), Trouble> {
        for (what, address) in &world.parts {
            let what = self.words.text(what);
            self.line(&format!("  {address:<17} {what}"))?;
        }
        self.line("")
    }

    pub(super) fn sending(&mut self, sent: &[Sent]) -> Result<(), Trouble> {
        let taken = sent.iter().filter(|sent| sent.outcome.is_ok()).count();
        let number = |count: usize| Value::from(count as u64);
        let line = self.words.say(
            "demo-sent",
            &[
                ("count", number(sent.len())),
                ("taken", number(taken)),
                ("refused", number(sent.len() - taken)),
            ],
        );
        self.line(&line)
    }

    pub(super) fn progress(&mut self, waiting: usize) -> Result<(), Trouble> {
        if waiting != self.waiting && waiting > 0 {
            let count = [("count", Value::from(waiting as u64))];
            let line = self.words.say("demo-waiting", &count);
            self.line(&format!("  {line}"))?;
        }
        self.waiting = waiting;
        Ok(())
    }

    /// What an administrator sees of one of the failures.
    fn alert(&mut self, alert: &AlertView) -> Result<(), Trouble> {
        self.line("")?;
        self.text("demo-alert")?;
        self.line("")?;
        told(say_alert(alert, &mut self.out, self.words))
    }

    pub(super) fn results(
        &mut self,
        sent: &[Sent],
        ended: &[TraceEntry],
        audit: &Audit,
        (report, alert): (Option<&str>, Option<&AlertView>),
    ) -> Result<(), Trouble> {
        let words = self.words;
        let endings: Vec<Ending<'_>> = sent.iter().map(|sent| ending(sent, ended, words)).collect();
        let reports = ended.iter().filter(|row| row.sender == "<>").count();
        if self.out.is_json() {
            let document = serde_json::json!({
                "messages": endings, "reports": reports, "audit": audit, "report": report, "alert": alert,
            });
            return told(self.out.json(&document).and_then(|()| self.out.flush()));
        }
        if let Some(report) = report {
            self.report(report)?;
        }
        self.line("")?;
        self.text("demo-became")?;
        self.endings(&endings)?;
        if let Some(alert) = alert {
            self.alert(alert)?;
        }
        self.line("")?;
        self.ledger(reports, audit)?;
        self.line("")?;
        self.text("demo-end")
    }

    /// A report as a mail program shows it: its text, then the part for programs.
    fn report(&mut self, report: &str) -> Result<(), Trouble> {
        let Some(message) = MessageParser::default().parse(report.as_bytes()) else {
            return Ok(());
        };
        self.line("")?;
        self.text("demo-report")?;
        self.line("")?;
        let subject = message.subject().unwrap_or_default().to_owned();
        let text = message.body_text(0).unwrap_or_default();
        for line in [subject.as_str(), ""].into_iter().chain(text.trim_end().lines()) {
            self.quoted(line)?;
        }
        let status = message.parts.iter().find(|part| {
            part.content_type().is_some_and(|kind| kind.subtype() == Some("delivery-status"))
        });
        if let Some(status) = status {
            self.line("")?;
            self.text("demo-machine-part")?;
            self.line("")?;
            for line in String::from_utf8_lossy(status.contents()).trim_end().lines() {
                self.quoted(line)?;
            }
        }
        Ok(())
    }

    fn quoted(&mut self, line: &str) -> Result<(), Trouble> {
        self.line(format!("  | {line}").trim_end())
    }

    /// What became of every message.
    fn endings(&mut self, endings: &[Ending<'_>]) -> Result<(), Trouble> {
        let heads = ["to", "shows", "ended", "because"]
            .map(|head| self.words.text(&format!("demo-head-{head}")));
        let mut table = Columns::new(&heads.each_ref().map(String::as_str));
        for ending in endings {
            let tone = match ending.status {
                "delivered" | "relayed" => Tone::Good,
                _ => Tone::Bad,
            };
            table.row(vec![
                (ending.recipient.to_owned(), Tone::Plain),
                (ending.purpose.clone(), Tone::Plain),
                (ending.status.to_owned(), tone),
                (
                    format!("{} {}", ending.code.unwrap_or(""), ending.reply.unwrap_or("")),
                    Tone::Plain,
                ),
            ]);
        }
        told(self.out.table(&table))
    }

    fn ledger(&mut self, reports: usize, audit: &Audit) -> Result<(), Trouble> {
        let line = self.words.say(
            "demo-ledger",
            &[
                ("reports", (reports as u64).into()),
                ("accepted", audit.accepted.into()),
                ("delivered", audit.delivered.into()),
                ("relayed", audit.relayed.into()),
                ("failed", audit.failed_with_report.into()),
                ("silent", audit.failed_without_report.into()),
                ("unaccounted", Value::from(audit.unaccounted.to_string())),
            ],
        );
        self.line(&line)
    }
}

fn ending<'a>(sent: &'a Sent, ended: &'a [TraceEntry], words: Words) -> Ending<'a> {
    let base = |id, status, code, reply| Ending {
        sender: sent.letter.sender,
        recipient: sent.letter.recipient,
        purpose: words.text(sent.letter.purpose),
        id,
        status,
        code,
        reply,
    };
    match &sent.outcome {
        Err((code, words)) => base(None, "refused", Some(code), Some(words)),
        Ok(id) => match ended.iter().find(|row| row.id == *id) {
            Some(row) => base(
                Some(id.to_string()),
                status(row.status),
                row.code.as_deref(),
                row.reply.as_deref(),
            ),
            None => base(Some(id.to_string()), "unknown", None, None),
        },
    }
}

const fn status(status: TraceStatus) -> &'static str {
    status.name()
}
