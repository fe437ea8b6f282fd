//! `causeway domain`, `route` and `relay`: the mail flow in force, and why mail goes where it goes.

use causeway_admin::types::{
    RelayExplanation, RelayQuestion, RouteDomainType, RouteExplanation, RouteQuestion,
};
use causeway_model::config::DomainType;

use super::super::Answer;
use super::super::arguments::{DomainCommand, RelayCommand, RouteCommand};
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Output, Tone, Width};
use super::super::words::{Words, harmless};
use super::connector::in_groups;
use super::edit;

pub(super) async fn domain(command: DomainCommand, context: &Context) -> Result<Answer, Failure> {
    match command {
        DomainCommand::List => list_domains(context).await,
        DomainCommand::Add(arguments) => edit::add_domain(arguments, context).await,
        DomainCommand::Set(arguments) => edit::set_domain(arguments, context).await,
        DomainCommand::Remove(arguments) => edit::remove_domain(arguments, context).await,
        DomainCommand::Troubleshoot(arguments) => {
            Box::pin(super::connectivity::troubleshoot(arguments, context)).await
        }
        DomainCommand::Clients { domain } => super::clients::run(&domain, context).await,
    }
}

async fn list_domains(context: &Context) -> Result<Answer, Failure> {
    let domains = context.connect().await?.domains().await?;
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&domains)?;
        return Ok(Answer::Fine);
    }
    if domains.is_empty() {
        output.line(&words.text("cli-no-domains"))?;
        output.flush()?;
        return Ok(Answer::Fine);
    }
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-domain", Width::Wraps),
            ("cli-head-type", Width::Whole),
            ("cli-head-subdomains", Width::Whole),
        ],
    );
    for domain in &domains {
        let domain_type = match domain.domain_type {
            DomainType::Authoritative => "authoritative",
            DomainType::InternalRelay => "internal_relay",
        };
        columns.row(vec![
            (domain.name.to_unicode(), Tone::Plain),
            (domain_type.into(), Tone::Plain),
            (words.yes_no(domain.match_subdomains), Tone::Plain),
        ]);
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

pub(super) async fn route(command: RouteCommand, context: &Context) -> Result<Answer, Failure> {
    let RouteCommand::Explain { recipient, sender, from_connector } = command;
    explain_route(&RouteQuestion { recipient, sender, from_connector }, context).await
}

/// Where a recipient's mail goes, and which connectors do not take it.
pub(super) async fn explain_route(
    question: &RouteQuestion,
    context: &Context,
) -> Result<Answer, Failure> {
    let explanation = context.connect().await?.route_explain(question).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&explanation)?;
    } else {
        say_route(&explanation, &mut output, context.words())?;
    }
    Ok(if explanation.next_hops.is_empty() { Answer::No } else { Answer::Fine })
}

fn say_route(
    explanation: &RouteExplanation,
    output: &mut Output,
    words: Words,
) -> Result<(), Failure> {
    let key = match explanation.domain_type {
        RouteDomainType::Authoritative if explanation.domain.literal().is_some() => {
            "cli-route-own-address"
        }
        RouteDomainType::Authoritative => "cli-route-authoritative",
        RouteDomainType::InternalRelay => "cli-route-internal",
        RouteDomainType::External => "cli-route-external",
    };
    output.line(&words.say(key, &[("domain", explanation.domain.to_unicode().into())]))?;
    let hops = in_groups(&explanation.next_hops, explanation.next_hop_groups.as_deref());
    let hops = harmless(&hops, 1000);
    let way = match &explanation.connector {
        _ if hops.is_empty() => {
            let recipient = explanation.recipient.to_string();
            let none = words.say("cli-route-none", &[("recipient", recipient.into())]);
            output.toned(Tone::Bad, &none)
        }
        None => words.say("cli-route-hops", &[("hops", hops.into())]),
        Some(connector) => {
            let connector = harmless(connector, 100);
            let named = [("connector", connector.into()), ("hops", hops.into())];
            words.say("cli-route-through", &named)
        }
    };
    output.line(&way)?;
    if explanation.next_hop_groups.is_some() {
        output.line(&words.text("cli-connector-equals"))?;
    }
    let because = harmless(&explanation.because, 1000);
    output.line(&words.say("cli-because", &[("because", because.into())]))?;
    if !explanation.considered.is_empty() {
        output.line(&words.text("cli-considered"))?;
    }
    for other in &explanation.considered {
        let (name, why_not) = (harmless(&other.connector, 100), harmless(&other.why_not, 300));
        output.line(&format!("  {name}: {why_not}"))?;
    }
    output.flush()
}

pub(super) async fn relay(command: RelayCommand, context: &Context) -> Result<Answer, Failure> {
    let question = match command {
        RelayCommand::Logins(command) => return super::access::pop_logins(command, context).await,
        RelayCommand::Explain {
            from_ip,
            user,
            pop_login,
            tls,
            client_certificate,
            sender,
            recipient,
        } => RelayQuestion {
            from_ip,
            user,
            pop_login,
            tls,
            client_certificate,
            sender,
            recipient,
            language: Some(context.language),
        },
    };
    let explanation = context.connect().await?.relay_explain(&question).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&explanation)?;
    } else {
        say_relay(&explanation, &mut output, context.words())?;
    }
    Ok(if explanation.allowed { Answer::Fine } else { Answer::No })
}

fn say_relay(
    explanation: &RelayExplanation,
    output: &mut Output,
    words: Words,
) -> Result<(), Failure> {
    let is_relay = if explanation.is_relay { "cli-relay-yes" } else { "cli-relay-no" };
    output.line(&words.text(is_relay))?;
    let (key, tone) = if explanation.allowed {
        ("cli-allowed", Tone::Good)
    } else {
        ("cli-not-allowed", Tone::Bad)
    };
    let because = harmless(&explanation.because, 1000);
    let rule = harmless(&explanation.rule, 100);
    let verdict = words.say(key, &[("rule", rule.into()), ("because", because.into())]);
    let verdict = output.toned(tone, &verdict);
    output.line(&verdict)?;
    if let Some(reply) = &explanation.reply {
        let reply = harmless(reply, 1000);
        output.line(&words.say("cli-client-told", &[("reply", reply.into())]))?;
    }
    if !explanation.allowed_if.is_empty() {
        output.line(&words.text("cli-allowed-if"))?;
    }
    for condition in &explanation.allowed_if {
        output.line(&format!("  - {}", harmless(condition, 500)))?;
    }
    for note in &explanation.notes {
        let note = harmless(note, 1000);
        output.line(&words.say("cli-note", &[("note", note.into())]))?;
    }
    output.flush()
}
