//! `causeway domain clients`: what mail programs of a domain's users need, and the records to publish.

use causeway_admin::clients::{ClientSettings, MailProtocol, Record, Security};
use causeway_model::Domain;

use super::super::Answer;
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Output, Tone};
use super::super::words::Words;

pub(super) async fn run(domain: &Domain, context: &Context) -> Result<Answer, Failure> {
    let settings = context.connect().await?.client_settings(domain).await?;
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&settings)?;
        return Ok(Answer::Fine);
    }
    let shown = settings.domain.to_unicode();
    output.line(&words.say("clients-settings-for", &[("domain", shown.into())]))?;
    if settings.services.is_empty() {
        output.line(&words.text("clients-no-services"))?;
    } else {
        output.line("")?;
        output.table(&services(&settings, words))?;
    }
    let by_itself = |wanted| settings.records.iter().filter(move |r| r.by_itself == wanted);
    for (wanted, heading) in [(true, "clients-records"), (false, "clients-records-web")] {
        output.line("")?;
        output.line(&words.text(heading))?;
        output.line("")?;
        records(by_itself(wanted), &mut output)?;
    }
    for warning in &settings.warnings {
        let name = [("name", settings.hostname.as_str().into())];
        let what = words.say(warning.text_key(), &name);
        output.line("")?;
        output.line(&words.say("clients-warning", &[("what", what.into())]))?;
    }
    output.flush()?;
    Ok(Answer::Fine)
}

fn services(settings: &ClientSettings, words: Words) -> Columns {
    let headings =
        ["clients-service", "clients-server", "clients-port", "clients-security", "clients-user"]
            .map(|key| words.text(key).to_uppercase());
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let mut columns = Columns::new(&headings);
    for service in &settings.services {
        let purpose = match service.protocol {
            MailProtocol::Pop3 => "clients-incoming",
            MailProtocol::Submission => "clients-outgoing",
        };
        let security = match service.security {
            Security::Tls => "SSL/TLS",
            Security::StartTls => "STARTTLS",
        };
        let cells = [
            words.text(purpose),
            settings.hostname.clone(),
            service.port.to_string(),
            security.to_owned(),
            words.text("clients-whole-address"),
        ];
        columns.row(cells.into_iter().map(|cell| (cell, Tone::Plain)).collect());
    }
    columns
}

/// As lines of a zone file, to be copied.
fn records<'a>(
    records: impl Iterator<Item = &'a Record>,
    output: &mut Output,
) -> Result<(), Failure> {
    for record in records {
        output.line(&format!("{} IN {} {}", record.name, record.kind, record.value))?;
    }
    Ok(())
}
