//! `causeway domain add|set|remove` and `connector add|set|enable|disable|remove`: the same file is
//! edited, its comments and order stay, and the change goes the way of every other one: shown, asked
//! about, recorded.

use causeway_admin::types::Proposal;
use causeway_model::config::DomainType;
use causeway_model::config::edit::{EditError, Field, Fields, FlowEditor};

use super::super::Answer;
use super::super::arguments::flow::{
    ConnectorAddArguments, ConnectorKeys, ConnectorRemoveArguments, ConnectorSetArguments,
    DomainAddArguments, DomainRemoveArguments, DomainSetArguments,
};
use super::super::context::Context;
use super::super::failure::Failure;
use super::change::{Change, carry_out};
use super::source::{Given, Source, options};

impl From<EditError> for Failure {
    fn from(error: EditError) -> Self {
        let instead = match &error {
            EditError::NotToml(_) => "correct it; `causeway check` says where".to_owned(),
            EditError::Exists { .. } => "use `set` to change it".to_owned(),
            EditError::NotFound { near: Some(near), .. } => format!("did you mean {near:?}?"),
            EditError::NotFound { kind, .. } => {
                format!("`causeway {kind} list` has the names")
            }
            EditError::TakesInternet { .. } => {
                "first write another outbound connector or \"direct\" \
                 there and run `causeway apply`"
                    .to_owned()
            }
            EditError::NotTables { .. } => {
                "write it in double brackets, once for each entry".into()
            }
        };
        let line = format!("{error}; {instead}");
        match error {
            // As the server answers about whatever is there already, or is not.
            EditError::Exists { .. }
            | EditError::NotFound { .. }
            | EditError::TakesInternet { .. } => Self::failed(line),
            EditError::NotToml(_) | EditError::NotTables { .. } => Self::bad_input(line),
        }
    }
}

/// How much a change wants to be asked about and insisted upon.
#[derive(Clone, Copy, Default)]
struct Manner {
    force: bool,
    always_ask: bool,
}

/// Edits the file in force and carries the change out.
async fn edit(
    (reason, manner): (String, Manner),
    given: Given,
    context: &Context,
    change: impl FnOnce(&mut FlowEditor) -> Result<(), EditError>,
) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let flow = client.flow().await?;
    if let Some(how) = &flow.file_differs {
        // An edit of the one would undo the other.
        return Err(Failure::failed(format!("{how}; then give this command again")));
    }
    let mut editor = FlowEditor::new(&flow.text)?;
    change(&mut editor)?;
    let source = Source::Command(given.within(&editor));
    let change = Change {
        proposal: Proposal { text: Some(editor.text()), revision: None },
        source,
        base: Some(flow.revision),
        reason,
        force: manner.force,
        always_ask: manner.always_ask,
    };
    carry_out(&mut client, change, context).await
}

pub(super) async fn add_domain(
    arguments: DomainAddArguments,
    context: &Context,
) -> Result<Answer, Failure> {
    let DomainAddArguments { name, domain_type, match_subdomains } = arguments;
    let reason = format!("domain add {name}");
    edit((reason, Manner::default()), Given::domain(&name), context, |editor| {
        editor.add_domain(&name, domain_type, match_subdomains)
    })
    .await
}

pub(super) async fn set_domain(
    arguments: DomainSetArguments,
    context: &Context,
) -> Result<Answer, Failure> {
    let DomainSetArguments { name, domain_type, match_subdomains } = arguments;
    let what = match domain_type {
        Some(DomainType::Authoritative) => " --type authoritative",
        Some(DomainType::InternalRelay) => " --type internal_relay",
        None => "",
    };
    let below = match_subdomains.map(|flag| format!(" --match-subdomains {flag}"));
    let reason = format!("domain set {name}{what}{}", below.unwrap_or_default());
    edit((reason, Manner::default()), Given::domain(&name), context, |editor| {
        editor.set_domain(&name, domain_type, match_subdomains)
    })
    .await
}

pub(super) async fn remove_domain(
    arguments: DomainRemoveArguments,
    context: &Context,
) -> Result<Answer, Failure> {
    let DomainRemoveArguments { name, force } = arguments;
    let manner = Manner { force: force.force, always_ask: true };
    let reason = format!("domain remove {name}");
    edit((reason, manner), Given::domain(&name), context, |editor| editor.remove_domain(&name))
        .await
}

pub(super) async fn add_connector(
    arguments: ConnectorAddArguments,
    context: &Context,
) -> Result<Answer, Failure> {
    let ConnectorAddArguments { name, direction, peer, disabled, keys } = arguments;
    let mut fields: Fields =
        vec![("direction", Field::Text(direction)), ("peer", Field::Text(peer))];
    if disabled {
        fields.push(("enabled", Field::Flag(false)));
    }
    fields.extend(keys_given(keys));
    // A key that would only be taken away is not there yet.
    fields.retain(|(_, field)| *field != Field::Absent);
    let reason = format!("connector add {name:?}");
    let given = Given::connector(&name, &fields);
    edit((reason, Manner::default()), given, context, |editor| editor.add_connector(&name, &fields))
        .await
}

pub(super) async fn set_connector(
    arguments: ConnectorSetArguments,
    context: &Context,
) -> Result<Answer, Failure> {
    let mut fields: Fields = Vec::new();
    fields.extend(arguments.peer.map(|peer| ("peer", Field::Text(peer))));
    fields.extend(keys_given(arguments.keys));
    for (is_absent, key) in [
        (arguments.no_tls_domain, "tls_domain"),
        (arguments.no_login, "credentials"),
        (arguments.no_source_address, "source_addresses"),
        (arguments.no_tls_certificate_name, "tls_certificate_name"),
        (arguments.no_note, "note"),
    ] {
        if is_absent {
            fields.push((key, Field::Absent));
        }
    }
    if fields.is_empty() {
        return Err(Failure::bad_input(
            "say what to change: see `causeway connector set --help` for what can be",
        ));
    }
    let name = arguments.name;
    let reason = format!("connector set {name:?} {}", options(&fields));
    let given = Given::connector(&name, &fields);
    edit((reason, Manner::default()), given, context, |editor| editor.set_connector(&name, &fields))
        .await
}

/// The keys that were given, in the order of the reference.
fn keys_given(keys: ConnectorKeys) -> Fields {
    let list =
        |key, entries: Vec<String>| (!entries.is_empty()).then_some((key, Field::List(entries)));
    let text = |key, text: Option<String>| text.map(|text| (key, Field::Text(text)));
    let mut fields: Fields = Vec::new();
    fields.extend(list("recipient_domains", keys.recipient_domains));
    if keys.use_mx {
        fields.push(("smart_hosts", Field::Absent));
        fields.push(("use_mx", Field::Flag(true)));
    }
    if !keys.smart_hosts.is_empty() {
        fields.push(("use_mx", Field::Absent));
    }
    if !keys.smart_hosts.is_empty() {
        fields.push(("smart_hosts", smart_hosts(&keys.smart_hosts)));
    }
    fields.extend(text("tls", keys.tls));
    fields.extend(text("tls_domain", keys.tls_domain));
    if let (Some(user), Some(file)) = (keys.user, keys.password_file) {
        let entries = vec![("user", user), ("password_file", file)];
        fields.push(("credentials", Field::Table(entries)));
    }
    for (key, number) in [
        ("max_connections", keys.max_connections),
        ("max_messages_per_minute", keys.max_messages_per_minute),
    ] {
        fields.extend(number.map(|number| match number {
            0 => (key, Field::Absent),
            number => (key, Field::Number(number)),
        }));
    }
    fields.extend(list("sender_domains", keys.sender_domains));
    fields.extend(list("source_addresses", keys.source_addresses));
    fields.extend(text("tls_certificate_name", keys.tls_certificate_name));
    fields.extend(keys.require_tls.map(|flag| ("require_tls", Field::Flag(flag))));
    let restrict = keys.restrict_sender_domains;
    fields.extend(restrict.map(|flag| ("restrict_sender_domains", Field::Flag(flag))));
    fields.extend(list("identity", keys.identity));
    fields.extend(text("note", keys.note));
    fields
}

/// `a,b` are equals: a list in the list.
fn smart_hosts(given: &[String]) -> Field {
    if given.iter().all(|entry| !entry.contains(',')) {
        return Field::List(given.to_vec());
    }
    let hosts = |entry: &String| entry.split(',').map(|host| host.trim().to_owned()).collect();
    Field::Groups(given.iter().map(hosts).collect())
}

/// `connector enable` and `disable`.
pub(super) async fn enable_connector(
    name: String,
    enabled: bool,
    context: &Context,
) -> Result<Answer, Failure> {
    let word = if enabled { "enable" } else { "disable" };
    // In use is what holds without the key.
    let field = if enabled { Field::Absent } else { Field::Flag(false) };
    let reason = format!("connector {word} {name:?}");
    let given = Given::connector(&name, &Fields::new());
    edit((reason, Manner::default()), given, context, |editor| {
        editor.set_connector(&name, &vec![("enabled", field)])
    })
    .await
}

pub(super) async fn remove_connector(
    arguments: ConnectorRemoveArguments,
    context: &Context,
) -> Result<Answer, Failure> {
    let ConnectorRemoveArguments { name, force } = arguments;
    let manner = Manner { force: force.force, always_ask: true };
    let reason = format!("connector remove {name:?}");
    let given = Given::connector(&name, &Fields::new());
    edit((reason, manner), given, context, |editor| editor.remove_connector(&name)).await
}
