//! `causeway hybrid setup`: one run makes both connectors and the shared domains, goes through plan and
//! apply like any other change, and ends with what to set on the other side. It may be run again.

use std::collections::BTreeSet;
use std::net::IpAddr;

use causeway_admin::Client;
use causeway_admin::types::{ApplyAnswer, FirewallQuery, Proposal};
use causeway_model::Domain;
use causeway_model::config::edit::FlowEditor;
use causeway_model::config::{MailFlow, TlsLevel};
use causeway_policy::hybrid::{HybridSite, InternetExit, MailExchange, OUTBOUND, OtherSide};
use serde::Serialize;

use super::super::Answer;
use super::super::arguments::hybrid::{HybridCommand, HybridSetupArguments, Side};
use super::super::configuration::MAIL_FLOW_FILE;
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::Tone;
use super::super::words::{Words, harmless};
use super::change::{Change, carry_out_telling};
use super::source::Source;

/// The document of `--json`.
#[derive(Serialize)]
struct Done<'a> {
    #[serde(flatten)]
    change: &'a ApplyAnswer,
    /// In the order in which to do it.
    other_side: Vec<ToDo>,
}

/// Something to set elsewhere.
#[derive(Serialize)]
struct ToDo {
    id: &'static str,
    what_to_do: String,
}

pub(super) async fn run(command: HybridCommand, context: &Context) -> Result<Answer, Failure> {
    let HybridCommand::Setup(arguments) = command;
    let force = arguments.force.force;
    let mut client = context.connect().await?;
    let flow = client.flow().await?;
    if let Some(how) = &flow.file_differs {
        // An edit of the one would undo the other.
        return Err(Failure::failed(format!("{how}; then give this command again")));
    }
    let (parsed, _) = MailFlow::parse(&flow.text, MAIL_FLOW_FILE).map_err(|problems| {
        Failure::bad_input(problems.first().map(ToString::to_string).unwrap_or_default())
    })?;
    let site = site(*arguments, HybridSite::in_force(&parsed), context)?;
    let mut editor = FlowEditor::new(&flow.text)?;
    site.write(&parsed, &mut editor)?;
    let change = Change {
        proposal: Proposal { text: Some(editor.text()), revision: None },
        source: Source::File(MAIL_FLOW_FILE.to_owned()),
        base: Some(flow.revision),
        reason: "hybrid setup".to_owned(),
        force,
        always_ask: true,
    };
    let (answer, told) = carry_out_telling(&mut client, change, context).await?;
    if answer != Answer::Fine && !context.json {
        return Ok(answer);
    }
    let sources = sources(&mut client).await;
    let tasks = site.other_side(&flow.hostname, flow.smtp_port, &sources);
    let words = context.words();
    let tasks = tasks.iter().map(|task| to_do(task, words)).collect();
    say(&told, tasks, &site, context)?;
    Ok(answer)
}

fn say(
    told: &ApplyAnswer,
    tasks: Vec<ToDo>,
    site: &HybridSite,
    context: &Context,
) -> Result<(), Failure> {
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&Done { change: told, other_side: tasks })?;
        return Ok(());
    }
    output.line("")?;
    let head = output.toned(Tone::Strong, &words.text("cli-hybrid-other-side"));
    output.line(&head)?;
    for (number, task) in tasks.iter().enumerate() {
        output.line(&format!("{:>3}. {}", number + 1, task.what_to_do))?;
    }
    let whom = site.domains.first().map_or_else(String::new, |domain| format!("ADDRESS@{domain}"));
    let command = format!("causeway connector validate {OUTBOUND:?} --to {whom}");
    output.line(&words.say("cli-hybrid-then", &[("command", command.into())]))?;
    output.flush()?;
    Ok(())
}

/// What was given, what an earlier run left, and what is asked for.
fn site(
    arguments: HybridSetupArguments,
    before: Option<HybridSite>,
    context: &Context,
) -> Result<HybridSite, Failure> {
    let mut site = before.unwrap_or(HybridSite {
        domains: Vec::new(),
        smart_hosts: Vec::new(),
        certificate_name: None,
        source_addresses: Vec::new(),
        tls: TlsLevel::DomainValidation,
        internet: InternetExit::Here,
        mail_exchange: MailExchange::Here,
    });
    if !arguments.own_servers.is_empty() {
        // Another server has another certificate.
        site.certificate_name = None;
        site.smart_hosts = arguments.own_servers;
    }
    if !arguments.domains.is_empty() {
        site.domains = arguments.domains;
    }
    if !arguments.own_addresses.is_empty() {
        site.source_addresses = arguments.own_addresses;
    }
    site.certificate_name = arguments.certificate_name.or(site.certificate_name);
    let named = |word: &String| TlsLevel::ALL.into_iter().find(|level| level.word() == word);
    site.tls = arguments.tls.as_ref().and_then(named).unwrap_or(site.tls);
    site.internet = match arguments.internet {
        Some(Side::Here) => InternetExit::Here,
        Some(Side::OwnServer) => InternetExit::OwnServer,
        None => site.internet,
    };
    if arguments.mx == Side::OwnServer {
        site.mail_exchange = MailExchange::OwnServer;
    }
    ask_for_the_rest(&mut site, context)?;
    name_the_certificate(&mut site)?;
    Ok(site)
}

fn ask_for_the_rest(site: &mut HybridSite, context: &Context) -> Result<(), Failure> {
    let words = context.words();
    if site.domains.is_empty() {
        let answer = context.ask(&words.text("cli-hybrid-ask-domains"), "--domain DOMAIN")?;
        for name in parts(&answer) {
            let domain = Domain::parse(&name);
            site.domains.push(domain.map_err(|error| Failure::bad_input(error.to_string()))?);
        }
    }
    if site.smart_hosts.is_empty() {
        let answer = context.ask(&words.text("cli-hybrid-ask-server"), "--own-server HOST")?;
        site.smart_hosts = parts(&answer);
    }
    if site.domains.is_empty() || site.smart_hosts.is_empty() {
        return Err(Failure::bad_input(
            "a hybrid organization needs a domain and its own server; give --domain and --own-server",
        ));
    }
    Ok(())
}

/// The name on the certificate is the server's own where none is given; an address has none.
fn name_the_certificate(site: &mut HybridSite) -> Result<(), Failure> {
    if site.certificate_name.is_none() && site.tls >= TlsLevel::CertificateValidation {
        site.certificate_name = site.own_name();
    }
    if site.certificate_name.is_some() {
        return Ok(());
    }
    if site.tls == TlsLevel::DomainValidation {
        return Err(Failure::bad_input(format!(
            "{} is an address, and no name can be expected on its certificate; give \
             --certificate-name, or --tls encryption_only",
            site.smart_hosts.join(", ")
        )));
    }
    if site.source_addresses.is_empty() {
        return Err(Failure::bad_input(
            "nothing says how to recognise the own server; give --own-address, or \
             --certificate-name where it shows a client certificate",
        ));
    }
    Ok(())
}

fn parts(answer: &str) -> Vec<String> {
    let is_between = |c: char| c == ',' || c.is_whitespace();
    answer.split(is_between).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The addresses that mail leaves from. Where they cannot be found out now, the list is empty, and the
/// sentences say how to see them.
async fn sources(client: &mut Client) -> Vec<IpAddr> {
    let rules = client.firewall(&FirewallQuery::default()).await.unwrap_or_default();
    let sources: BTreeSet<IpAddr> = rules.iter().filter_map(|rule| rule.source).collect();
    sources.into_iter().collect()
}

fn to_do(task: &OtherSide, words: Words) -> ToDo {
    let list = |items: Vec<String>| harmless(&items.join(", "), 2000);
    let names = |domains: &[Domain]| list(domains.iter().map(ToString::to_string).collect());
    let (id, what_to_do) = match task {
        OtherSide::Certificate { name } => {
            ("certificate", words.say("cli-hybrid-certificate", &[("name", name.into())]))
        }
        OtherSide::ReceiveConnector { sources, relays_for_us } => {
            let sources = match sources.as_slice() {
                [] => words.text("cli-hybrid-sources-unknown"),
                some => list(some.iter().map(ToString::to_string).collect()),
            };
            let key =
                if *relays_for_us { "cli-hybrid-receive-central" } else { "cli-hybrid-receive" };
            ("receive_connector", words.say(key, &[("sources", sources.into())]))
        }
        OtherSide::ShareDomains { domains } => {
            ("shared_domains", words.say("cli-hybrid-share", &[("domains", names(domains).into())]))
        }
        OtherSide::SendConnector { host, port, with_tls } => {
            let key = if *with_tls { "cli-hybrid-send-tls" } else { "cli-hybrid-send" };
            let host = harmless(host, 300);
            let port = port.to_string();
            ("send_connector", words.say(key, &[("host", host.into()), ("port", port.into())]))
        }
        OtherSide::MxRecords { domains, host: None } => {
            ("mx", words.say("cli-hybrid-mx-own", &[("domains", names(domains).into())]))
        }
        OtherSide::MxRecords { domains, host: Some(host) } => {
            let lines = domains.iter().map(|domain| format!("{domain}. MX 10 {host}."));
            ("mx", words.say("cli-hybrid-mx", &[("records", list(lines.collect()).into())]))
        }
        OtherSide::SpfRecords { domains, sources } => ("spf", spf(&names(domains), sources, words)),
    };
    ToDo { id, what_to_do }
}

fn spf(domains: &str, sources: &[IpAddr], words: Words) -> String {
    let parts = sources.iter().map(|address| match address {
        IpAddr::V4(address) => format!("ip4:{address}"),
        IpAddr::V6(address) => format!("ip6:{address}"),
    });
    let parts = parts.collect::<Vec<_>>().join(" ");
    let args = [("domains", domains.into()), ("parts", parts.as_str().into())];
    words.say(if parts.is_empty() { "cli-hybrid-spf-own" } else { "cli-hybrid-spf" }, &args)
}
