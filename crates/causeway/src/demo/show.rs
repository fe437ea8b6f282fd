//! What the demo says.

use causeway_admin::types::{AlertView, TraceEntry, TraceStatus};
use causeway_model::config::Language;
use causeway_store::Audit;
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
    purpose: &'a str,
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

    pub(super) fn introduction(&mut self) -> Result<(), Trouble> {
        self.line("A small world of mail servers on this machine, real SMTP between them, some of it broken on purpose.")?;
        self.line("Only the queue's times are scaled down: it gives up after 8 seconds instead of 48 hours.")?;
        self.line("")
    }

    pub(super) fn servers(&mut self, world: &World) -> Result<(), Trouble> {
        for (what, address) in &world.parts {
            self.line(&format!("  {address:<17} {what}"))?;
        }
        self.line("")
    }

    pub(super) fn sending(&mut self, sent: &[Sent]) -> Result<(), Trouble> {
        let taken = sent.iter().filter(|sent| sent.outcome.is_ok()).count();
        self.line(&format!(
            "{} messages were sent to contoso.example's server: {taken} taken, {} refused at once.",
            sent.len(),
            sent.len() - taken
        ))
    }

    pub(super) fn progress(&mut self, waiting: usize) -> Result<(), Trouble> {
        if waiting != self.waiting && waiting > 0 {
            self.line(&format!("  {waiting} waiting in the queue …"))?;
        }
        self.waiting = waiting;
        Ok(())
    }

    /// What an administrator sees of one of the failures.
    fn alert(&mut self, alert: &AlertView) -> Result<(), Trouble> {
        self.line("")?;
        self.line(
            "What the server found out by itself about one of these paths (causeway alert show):",
        )?;
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
        let endings: Vec<Ending<'_>> = sent.iter().map(|sent| ending(sent, ended)).collect();
        let reports = ended.iter().filter(|row| row.sender == "<>").count();
        if self.out.is_json() {
            let document = serde_json::json!({
                "messages": endings, "reports": reports, "audit": audit, "report": report, "alert": alert,
            });
            return told(self.out.json(&document).and_then(|()| self.out.flush()));
        }
        if let Some(report) = report {
            self.line("")?;
            self.line("One of the reports, as it lies in anna@contoso.example's mailbox:")?;
            self.line("")?;
            for line in report.lines() {
                self.line(&format!("  | {line}"))?;
            }
        }
        self.line("")?;
        self.line("What became of them:")?;
        let mut table = Columns::new(&["TO", "WHAT IT SHOWS", "ENDED", "BECAUSE"]);
        for ending in &endings {
            let tone = match ending.status {
                "delivered" | "relayed" => Tone::Good,
                _ => Tone::Bad,
            };
            table.row(vec![
                (ending.recipient.to_owned(), Tone::Plain),
                (ending.purpose.to_owned(), Tone::Plain),
                (ending.status.to_owned(), tone),
                (
                    format!("{} {}", ending.code.unwrap_or(""), ending.reply.unwrap_or("")),
                    Tone::Plain,
                ),
            ]);
        }
        told(self.out.table(&table))?;
        if let Some(alert) = alert {
            self.alert(alert)?;
        }
        self.line("")?;
        self.line(&format!(
            "{reports} reports were sent to the senders. The ledger: {} recipients accepted, {} delivered, {} relayed, {} failed with a report, {} without, {} unaccounted for.",
            audit.accepted,
            audit.delivered,
            audit.relayed,
            audit.failed_with_report,
            audit.failed_without_report,
            audit.unaccounted,
        ))?;
        self.line("")?;
        self.line("Everything has been taken down again. Try next: causeway serve, causeway --help")
    }
}

fn ending<'a>(sent: &'a Sent, ended: &'a [TraceEntry]) -> Ending<'a> {
    let base = |id, status, code, reply| Ending {
        sender: sent.letter.sender,
        recipient: sent.letter.recipient,
        purpose: sent.letter.purpose,
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
