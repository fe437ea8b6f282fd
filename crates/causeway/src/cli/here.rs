//! What is doubtful in the two files for this machine only: what they name, and the machine does not have.
//!
//! `check` asks it on the machine of whoever checks, who may not be the server's user; `plan`, `apply` and the
//! commands that edit the file ask it in the server itself. Doubts are warnings: a file can come later, and an
//! address can move here.

use std::net::IpAddr;
use std::path::Path;

use causeway_model::config::{
    Connector, Machine, MailFlow, OutboundConnector, Places, Problem, Severity,
};
use causeway_model::said;
use causeway_net::local::{is_local, local_addresses};

/// Password files that cannot be read, and addresses to send from that this machine does not have. Reads files.
pub(crate) fn doubts(flow: (&MailFlow, &Places), machine: (&Machine, &Places)) -> Vec<Problem> {
    let local = local_addresses();
    let (mail_flow, places) = flow;
    let mut problems = password_files(mail_flow, places);
    if !local.is_empty() {
        for (path, outbound) in outbound(mail_flow) {
            problems.extend(foreign_sources(&outbound.source_addresses, &path, places, &local));
        }
        let (machine, places) = machine;
        let sources = &machine.delivery.source_addresses;
        problems.extend(foreign_sources(sources, "delivery", places, &local));
    }
    problems
}

/// Outbound connectors and their paths.
fn outbound(flow: &MailFlow) -> impl Iterator<Item = (String, &OutboundConnector)> {
    flow.connectors.iter().enumerate().filter_map(|(i, connector)| match connector {
        Connector::Outbound(outbound) => Some((format!("connector[{i}]"), outbound)),
        Connector::Inbound(_) => None,
    })
}

fn password_files(flow: &MailFlow, places: &Places) -> Vec<Problem> {
    let named = outbound(flow)
        .filter_map(|(path, outbound)| Some((path, &outbound.credentials.as_ref()?.password_file)));
    named
        .filter_map(|(path, file)| {
            let error = readable(file).err()?;
            Some(places.problem(
                Severity::Warning,
                &format!("{path}.credentials"),
                said!(
                    "check-password-file",
                    "{file} cannot be read: {error}",
                    file = file.display(),
                    error = error
                ),
                said!(
                    "check-password-file.do",
                    "name a file that the server's user can read, with the password in its first line"
                ),
            ))
        })
        .collect()
}

/// Nobody waits for what is no file: a pipe that nobody writes to would not even open.
fn readable(file: &Path) -> std::io::Result<()> {
    let metadata = std::fs::metadata(file)?;
    if metadata.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    if metadata.is_file() { std::fs::File::open(file).map(drop) } else { Ok(()) }
}

/// Addresses to send from that are not `local`: every connection from them would fail.
fn foreign_sources<'a>(
    sources: &'a [IpAddr],
    path: &str,
    places: &'a Places,
    local: &'a [IpAddr],
) -> impl Iterator<Item = Problem> + 'a {
    let path = format!("{path}.source_addresses");
    let foreign = sources.iter().enumerate().filter(|(_, source)| !is_local(**source, local));
    foreign.map(move |(number, source)| {
        places.problem(
            Severity::Warning,
            &format!("{path}[{number}]"),
            said!(
                "check-foreign-source",
                "{address} is no address of this machine: nothing can be sent from it",
                address = source
            ),
            said!(
                "check-foreign-source.do",
                "write an address that this machine has, or give it this one"
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(connector: &str) -> Vec<String> {
        let text = format!(
            "[[connector]]\nname = \"to b\"\ndirection = \"outbound\"\npeer = \"partner\"\n\
             recipient_domains = [\"b.test\"]\nsmart_hosts = [\"mx.b.test\"]\n\
             tls = \"certificate_validation\"\n{connector}\n"
        );
        let (flow, _) = MailFlow::parse(&text, "mailflow.toml").unwrap();
        let places = Places::of(&text, "mailflow.toml");
        let machine = Machine::default();
        let doubts = doubts((&flow, &places), (&machine, &Places::none("causeway.toml")));
        doubts.iter().map(|doubt| format!("{}: {}", doubt.place(), doubt.what)).collect()
    }

    #[test]
    fn a_password_file_that_cannot_be_read_is_told_at_its_line() {
        let place = tempfile::tempdir().unwrap();
        let with = |file: &Path| {
            found(&format!("credentials = {{ user = \"u\", password_file = {file:?} }}"))
        };
        let file = place.path().join("password");
        let told = with(&file);
        assert!(told[0].starts_with("mailflow.toml:8:"), "{told:?}");
        assert!(told[0].contains(&format!("{} cannot be read", file.display())), "{told:?}");
        assert_eq!(with(place.path()).len(), 1, "a directory");
        std::fs::write(&file, "secret\n").unwrap();
        assert_eq!(with(&file), Vec::<String>::new());
    }

    #[test]
    fn an_address_to_send_from_that_is_elsewhere_is_told_at_its_line() {
        // 192.0.2.0/24 is for documentation: nobody has it.
        let told = found("source_addresses = [\"127.0.0.1\", \"192.0.2.77\"]");
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with("mailflow.toml:8:34: 192.0.2.77 is no address"), "{told:?}");
    }

    #[test]
    fn addresses_of_the_whole_machine_are_asked_about_too() {
        let mut machine = Machine::default();
        machine.delivery.source_addresses = vec!["192.0.2.77".parse().unwrap()];
        let text = "[delivery]\nsource_addresses = [\"192.0.2.77\"]\n";
        let places = Places::of(text, "causeway.toml");
        let flow = MailFlow::default();
        let told = doubts((&flow, &Places::none("mailflow.toml")), (&machine, &places));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].place().starts_with("causeway.toml:2:"), "{told:?}");
    }
}
