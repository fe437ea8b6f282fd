//! `causeway report preview`: a report as it would be sent, without a server.
//!
//! The message that it reports about is invented; organization, postmaster and texts are those of the
//! configuration.

use std::time::Duration;

use causeway_catalog::samples::{Sample, failures};
use causeway_catalog::texts::own::Reader;
use causeway_catalog::{Permanence, Phase, permanence, status};
use causeway_model::{
    Address, Attempt, BodyType, EnhancedCode, Envelope, Failure, Origin, Outcome, QueueId,
    Recipient, Reply, ReversePath, Stage, Timestamp,
};
use causeway_report::write::{self, DEFAULT_RETURN_CAP, Kind, ReportRecipient, ReportRequest};

use super::super::Answer;
use super::super::arguments::report::{PreviewArguments, PreviewReader};
use super::super::configuration;
use super::super::context::Context;
use super::super::failure::Failure as Trouble;

/// The time of the invented message: any will do, and previews are alike.
const RECEIVED: i64 = 1_795_251_900_000;

const ORIGINAL: &[u8] = b"From: anna@sender.example\r\nTo: bert@recipient.example\r\n\
Subject: Quarterly figures\r\nMessage-ID: <1@sender.example>\r\n\r\nHere they are.\r\n";

/// Shows a report.
pub(in super::super) fn run(
    context: &Context,
    arguments: &PreviewArguments,
) -> Result<Answer, Trouble> {
    let flow = configuration::mail_flow(&context.config_directory);
    let (own, problems) = configuration::own_texts(&context.config_directory);
    let problem = flow.problems.iter().filter(|_| flow.value.is_none()).chain(&problems).next();
    let (Some(flow), None) = (flow.value.as_ref(), problem) else {
        return Err(Trouble::bad_input(problem.map(ToString::to_string).unwrap_or_default()));
    };
    let organization = &flow.organization;
    let at_first = flow.domains.first().map(|domain| format!("postmaster@{}", domain.name));
    let postmaster = organization
        .postmaster
        .clone()
        .or_else(|| Address::parse(&at_first?).ok())
        .map_or_else(|| address("postmaster@sender.example"), Ok)?;
    let (name, failure, stage) = example(arguments)?;
    let recipient = recipient(arguments, failure, stage)?;
    let received_at = Timestamp::from_millis(RECEIVED);
    let hours = if is_delayed(arguments) { 4 } else { 48 };
    let message_page = organization.public_url.as_ref().map(|url| format!("{url}/report/TOKEN"));
    let preview = write::preview(&ReportRequest {
        kind: if is_delayed(arguments) { Kind::Delayed } else { Kind::Failed },
        language: context.language,
        second_language: arguments.second,
        own_texts: Some(&own),
        reader: match arguments.audience {
            PreviewReader::Internal => Reader::Internal,
            PreviewReader::External => Reader::External,
        },
        reporting_host: "mail.sender.example",
        organization: &organization.name,
        postmaster: &postmaster,
        unique: 1,
        queue_id: QueueId::from_u64(1),
        envelope: &envelope(&recipient.recipient)?,
        subject: Some("Quarterly figures"),
        message_id: Some("<1@sender.example>"),
        received_at,
        expires_at: received_at.plus(Duration::from_secs(48 * 3600)),
        now: received_at.plus(Duration::from_secs(hours * 3600)),
        content: ORIGINAL,
        size: ORIGINAL.len() as u64,
        return_cap: DEFAULT_RETURN_CAP,
        recipients: &[recipient],
        page: message_page.as_deref().filter(|_| !is_delayed(arguments)),
        help: organization.public_url.as_deref(),
    });
    let mut output = context.output();
    if output.is_json() {
        output.json(&serde_json::json!({
            "example": name,
            "subject": preview.subject,
            "text": preview.text,
            "html": preview.html,
        }))?;
        return Ok(Answer::Fine);
    }
    if arguments.html {
        output.raw(&preview.html)?;
    } else {
        output.line(&format!("Subject: {}\n", preview.subject))?;
        output.raw(&preview.text)?;
    }
    output.flush()?;
    Ok(Answer::Fine)
}

fn address(text: &str) -> Result<Address, Trouble> {
    Address::parse(text).map_err(|error| Trouble::bad_input(error.to_string()))
}

/// Whether a delay notice is to be shown: said, or by a code of class 4.
fn is_delayed(arguments: &PreviewArguments) -> bool {
    arguments.delayed || arguments.code.is_some_and(|code| code.class == 4)
}

/// The example that is meant.
fn example(arguments: &PreviewArguments) -> Result<Sample, Trouble> {
    let all = failures();
    if let Some(name) = &arguments.failure {
        let found = all.into_iter().find(|(known, ..)| known == name);
        return found.ok_or_else(|| Trouble::bad_input(format!("there is no example {name:?}")));
    }
    let Some(code) = arguments.code else {
        return Err(Trouble::bad_input("say --code or --failure".to_owned()));
    };
    let is_meant =
        |known: EnhancedCode| (known.subject, known.detail) == (code.subject, code.detail);
    let found = all.into_iter().find(|(_, failure, stage)| {
        [Phase::Final, Phase::Expired]
            .iter()
            .any(|phase| is_meant(status::status(failure, *stage, *phase).enhanced))
    });
    // Any other code comes from another server.
    Ok(found.unwrap_or_else(|| {
        let code = EnhancedCode::new(5, code.subject, code.detail);
        let reply = Reply::new(550, Some(code), "refused");
        ("reply", Failure::Replied { reply }, Stage::Rcpt)
    }))
}

fn recipient(
    arguments: &PreviewArguments,
    failure: Failure,
    stage: Stage,
) -> Result<ReportRecipient, Trouble> {
    let phase = match (is_delayed(arguments), permanence(&failure)) {
        (true, _) => Phase::Queued,
        (false, Permanence::Transient) => Phase::Expired,
        (false, Permanence::Permanent) => Phase::Final,
    };
    let connected = !matches!(stage, Stage::Route | Stage::Resolve | Stage::Local);
    let received_at = Timestamp::from_millis(RECEIVED);
    let attempt = Attempt {
        at: received_at.plus(Duration::from_secs(60)),
        elapsed_ms: 40,
        site: "recipient.example".into(),
        connector: None,
        host: connected.then(|| "mail.recipient.example".into()),
        address: connected.then(|| ([192, 0, 2, 7], 25).into()),
        tls: None,
        security: None,
        stage,
        outcome: Outcome::Failure(failure),
    };
    Ok(ReportRecipient {
        recipient: Recipient::plain(address("bert@recipient.example")?),
        phase,
        attempts: vec![attempt.clone()],
        result: Some(attempt),
        returned: None,
        attempt_count: 1,
        next_attempt_at: arguments
            .delayed
            .then(|| received_at.plus(Duration::from_secs(4 * 3600 + 600))),
        causes: Vec::new(),
    })
}

fn envelope(recipient: &Recipient) -> Result<Envelope, Trouble> {
    Ok(Envelope {
        reverse_path: ReversePath::Address(address("anna@sender.example")?),
        recipients: vec![recipient.clone()],
        body_type: BodyType::SevenBit,
        smtputf8: false,
        ret: None,
        envid: None,
        origin: Origin::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_class_4_shows_the_delay_notice() {
        let arguments = |code: &str, delayed| PreviewArguments {
            code: code.parse().ok(),
            failure: None,
            audience: PreviewReader::Internal,
            delayed,
            second: None,
            html: false,
        };
        assert!(is_delayed(&arguments("4.4.316", false)));
        assert!(is_delayed(&arguments("5.4.316", true)));
        assert!(!is_delayed(&arguments("5.4.316", false)));
    }
}
