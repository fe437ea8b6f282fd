//! The servers of the small world: files, processes, and their end.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use causeway_admin::types::{
    AlertQuery, AlertView, CreateMailbox, QueueQuery, TraceEntry, TraceQuery, TraceStatus,
};
use causeway_admin::{Client, Coming, Target};
use causeway_insight::diagnose::Confidence;
use causeway_model::Address;
use causeway_model::config::Language;
use causeway_store::Audit;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use super::Trouble;
use super::nameless::Nameless;

/// How long a server may take to start.
const START: Duration = Duration::from_secs(15);

/// How long the mail may take to end; the queue's times add up to less.
const END: Duration = Duration::from_secs(40);
/// How long the server may take to find a cause out, after the mail has ended.
const FOUND_OUT: Duration = Duration::from_secs(15);

/// One server process.
struct Server {
    directory: PathBuf,
    process: Child,
}

/// All of it. Dropping it ends the processes and removes the files.
pub(super) struct World {
    ours: Server,
    others: Vec<Server>,
    _names: Nameless,
    /// Where our server takes mail.
    pub(super) smtp: SocketAddr,
    /// What each part is (the key of the sentence) and its address.
    pub(super) parts: Vec<(&'static str, String)>,
    /// Held so that nothing else listens there; it does not listen itself.
    _refusing: socket2::Socket,
    // Last: removed after the processes have ended.
    place: TempDir,
}

impl World {
    /// Makes the files, starts the servers, and waits until they answer.
    pub(super) async fn build(language: Language) -> Result<Self, Trouble> {
        let place = tempfile::Builder::new()
            .prefix("causeway-demo-")
            .tempdir()
            .map_err(|error| Trouble::new("no temporary directory", error))?;
        let names = Nameless::start().await?;
        let (refusing, refused) = refusing_port()?;
        let ports = free_ports(3)?;
        let (smtp, partner, expired) = (ports[0], ports[1], ports[2]);
        let certificates = Certificates::make(place.path())?;

        let write = |name: &str, machine: &str, flow: &str| -> Result<PathBuf, Trouble> {
            let directory = place.path().join(name);
            let failed = |error| Trouble::new("the demo's files cannot be written", error);
            std::fs::create_dir(&directory).map_err(failed)?;
            std::fs::write(directory.join("causeway.toml"), machine).map_err(failed)?;
            std::fs::write(directory.join("mailflow.toml"), flow).map_err(failed)?;
            Ok(directory)
        };
        let machine = |name: &str, host: &str, port: SocketAddr, tls: &str| {
            let data = place.path().join(name).join("data");
            format!(
                "hostname = \"{host}\"\ndata_dir = \"{}\"\n\n[[listener]]\nname = \"mx\"\nprotocol = \"smtp\"\naddress = \"{port}\"\n\n[dns]\nservers = [\"{}\"]\ntimeout = \"1s\"\n{tls}",
                data.display(),
                names.address,
            )
        };
        let trust = format!("\n[delivery]\ntrust_roots = [\"{}\"]\n", certificates.root.display());
        let own = |which: &(PathBuf, PathBuf)| {
            format!(
                "\n[tls]\ncertificate = \"{}\"\nkey = \"{}\"\n",
                which.0.display(),
                which.1.display()
            )
        };
        let ours = write(
            "contoso",
            &machine("contoso", "mx.contoso.example", smtp, &trust),
            &our_flow(language, partner, expired, refused),
        )?;
        let good = write(
            "partner",
            &machine("partner", "mx.partner.example", partner, &own(&certificates.good)),
            &partner_flow("Partner", "partner.example"),
        )?;
        let bad = write(
            "fabrikam",
            &machine("fabrikam", "mx.fabrikam.example", expired, &own(&certificates.expired)),
            &partner_flow("Fabrikam", "fabrikam.example"),
        )?;
        let world = Self {
            ours: start(ours)?,
            others: vec![start(good)?, start(bad)?],
            smtp,
            parts: vec![
                ("demo-part-ours", smtp.to_string()),
                ("demo-part-partner", partner.to_string()),
                ("demo-part-expired", expired.to_string()),
                ("demo-part-refusing", refused.to_string()),
                ("demo-part-nameless", "-".into()),
                ("demo-part-names", names.address.to_string()),
            ],
            _names: names,
            _refusing: refusing,
            place,
        };
        world.furnish().await?;
        Ok(world)
    }

    /// Waits for the servers and makes the mailboxes.
    async fn furnish(&self) -> Result<(), Trouble> {
        for (server, mailboxes) in [
            (&self.ours, &["anna@contoso.example", "ben@contoso.example"][..]),
            (&self.others[0], &["clara@partner.example", "info@partner.example"]),
            (&self.others[1], &["dora@fabrikam.example", "erik@fabrikam.example"]),
        ] {
            let mut client = server.answered().await?;
            for mailbox in mailboxes {
                let address =
                    Address::parse(mailbox).map_err(|error| Trouble::new(mailbox, error))?;
                let request = CreateMailbox {
                    address,
                    password: None,
                    aliases: Vec::new(),
                    send_as: Vec::new(),
                    language: None,
                    quota: None,
                    forward: None,
                    keep_copy: false,
                };
                client
                    .add_mailbox(&request)
                    .await
                    .map_err(|error| Trouble::new("a mailbox cannot be made", error))?;
            }
        }
        Ok(())
    }

    /// Until nothing waits at our server any more; every recipient's row of the trace.
    pub(super) async fn wait_until_all_has_ended(
        &mut self,
        mut progress: impl FnMut(usize) -> Result<(), Trouble>,
    ) -> Result<Vec<TraceEntry>, Trouble> {
        let failed = |error| Trouble::new("the server does not answer", error);
        let mut client = self.ours.answered().await?;
        let began = Instant::now();
        loop {
            let queue = client.queue(&QueueQuery::default()).await.map_err(failed)?;
            progress(queue.messages.len())?;
            let rows = client.trace(&TraceQuery::default()).await.map_err(failed)?.rows;
            let pending =
                rows.iter().any(|r| matches!(r.status, TraceStatus::Pending | TraceStatus::Held));
            if queue.messages.is_empty() && !pending {
                return Ok(rows);
            }
            if began.elapsed() > END {
                return Err(Trouble("the mail did not end in time".into()));
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    pub(super) async fn audit(&self) -> Result<Audit, Trouble> {
        let mut client = self.ours.answered().await?;
        client.audit().await.map_err(|error| Trouble::new("the ledger cannot be read", error))
    }

    /// The alert about the partner whose certificate has expired: what an administrator finds.
    pub(super) async fn telling_alert(
        &self,
        language: Language,
    ) -> Result<Option<AlertView>, Trouble> {
        let mut client = self.ours.answered().await?;
        let query = AlertQuery { language: Some(language), ..AlertQuery::default() };
        let failed = |error| Trouble::new("the alerts cannot be read", error);
        let confirmed = |alert: &&AlertView| alert.confidence == Confidence::Confirmed;
        let began = Instant::now();
        loop {
            let alerts = client.alerts(&query).await.map_err(failed)?;
            let found = alerts.iter().find(confirmed);
            // On a busy machine the probes take longer than the mail waits.
            if found.is_some() || began.elapsed() > FOUND_OUT {
                return Ok(found.or(alerts.first()).cloned());
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// A failure report from the sender's mailbox: about the certificate that has expired, whose cause is confirmed.
    pub(super) fn telling_report(&self) -> Option<String> {
        let new = self.place.path().join("contoso/data/mail/contoso.example/anna/Maildir/new");
        let mut reports: Vec<String> = std::fs::read_dir(new)
            .ok()?
            .filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok())
            .filter(|text| {
                text.contains("multipart/report")
                    && text.contains("Action: failed")
                    && text.contains("Status: 5.7.320")
                    && text.contains("rfc822; dora@")
            })
            .collect();
        reports.sort_unstable();
        reports.into_iter().next()
    }

    /// Ends the servers in good order.
    pub(super) async fn end(self) {
        let Self { ours, others, .. } = self;
        for mut server in others.into_iter().chain([ours]) {
            server.terminate();
            let waited = tokio::time::timeout(Duration::from_secs(5), server.process.wait()).await;
            if waited.is_err() {
                let _ = server.process.kill().await;
            }
        }
    }
}

impl Server {
    /// A client, once the server answers.
    async fn answered(&self) -> Result<Client, Trouble> {
        let target = Target::Socket(self.directory.join("data/causeway.sock"));
        let began = Instant::now();
        loop {
            match Client::connect(&target, Coming::default()).await {
                Ok(client) => return Ok(client),
                Err(error) if began.elapsed() > START => {
                    let log = std::fs::read_to_string(self.directory.join("log"));
                    let log = log.unwrap_or_default();
                    return Err(Trouble(format!("a server did not start: {error}\n{log}")));
                }
                Err(_) => sleep(Duration::from_millis(50)).await,
            }
        }
    }

    fn terminate(&self) {
        let id = self.process.id().and_then(|id| i32::try_from(id).ok());
        if let Some(process) = id.and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
        }
    }
}

/// Starts this very program as a server.
#[expect(
    clippy::disallowed_methods,
    reason = "no remote byte is near: the demo starts its own program with a path of its own making"
)]
fn start(directory: PathBuf) -> Result<Server, Trouble> {
    let failed = |error| Trouble::new("a server cannot be started", error);
    let program = std::env::current_exe().map_err(failed)?;
    let log = std::fs::File::create(directory.join("log")).map_err(failed)?;
    let process = Command::new(program)
        .arg("serve")
        .arg("--config")
        .arg(&directory)
        .env_remove("CAUSEWAY_TEST_CLOCK")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    Ok(Server { directory, process })
}

/// Ports that were free a moment ago.
fn free_ports(count: usize) -> Result<Vec<SocketAddr>, Trouble> {
    let failed = |error| Trouble::new("no free port on 127.0.0.1", error);
    let held = (0..count)
        .map(|_| TcpListener::bind(("127.0.0.1", 0)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    held.iter().map(|socket| socket.local_addr().map_err(failed)).collect()
}

/// A port that is bound and not listened on: connections to it are refused.
fn refusing_port() -> Result<(socket2::Socket, SocketAddr), Trouble> {
    use socket2::{Domain, Socket, Type};
    let failed = |error| Trouble::new("no free port on 127.0.0.1", error);
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).map_err(failed)?;
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).map_err(failed)?;
    let address = socket.local_addr().map_err(failed)?;
    let address = address.as_socket().ok_or_else(|| Trouble("no address".into()))?;
    Ok((socket, address))
}

/// The organization's file: hours scaled down to seconds.
fn our_flow(
    language: Language,
    partner: SocketAddr,
    expired: SocketAddr,
    refused: SocketAddr,
) -> String {
    let connector = |name: &str, domain: &str, host: &str, tls: &str| {
        format!(
            "\n[[connector]]\nname = \"{name}\"\ndirection = \"outbound\"\npeer = \"partner\"\nrecipient_domains = [\"{domain}\"]\nsmart_hosts = [\"{host}\"]\ntls = \"{tls}\"\n"
        )
    };
    let mut flow = format!(
        "[organization]\nname = \"Contoso\"\npostmaster = \"anna@contoso.example\"\nlanguages = [\"{}\"]\n\n[queue]\nretry_after = [\"1s\", \"1s\", \"2s\"]\ndelay_notice_after = [\"3s\"]\nexpire_after = \"8s\"\n\n[[domain]]\nname = \"contoso.example\"\ntype = \"authoritative\"\n\n[relay]\nnetworks = [\"127.0.0.1/32\"]\n",
        language.tag()
    );
    let validated = "certificate_validation";
    for (name, domain, host, tls) in [
        ("to the partner", "partner.example", partner.to_string(), validated),
        ("to Fabrikam", "fabrikam.example", expired.to_string(), validated),
        ("to Adatum", "adatum.example", refused.to_string(), "opportunistic"),
        ("to Wingtip", "wingtip.example", "mail.wingtip.example".into(), "opportunistic"),
    ] {
        flow.push_str(&connector(name, domain, &host, tls));
    }
    flow
}

fn partner_flow(name: &str, domain: &str) -> String {
    format!(
        "[organization]\nname = \"{name}\"\npostmaster = \"postmaster@{domain}\"\nlanguages = [\"en\"]\n\n[[domain]]\nname = \"{domain}\"\ntype = \"authoritative\"\n\n[relay]\nnetworks = []\n"
    )
}

/// A certificate authority of the demo's own, and two certificates of it.
struct Certificates {
    root: PathBuf,
    good: (PathBuf, PathBuf),
    expired: (PathBuf, PathBuf),
}

impl Certificates {
    fn make(place: &Path) -> Result<Self, Trouble> {
        use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
        let failed = |error: &dyn std::fmt::Display| {
            Trouble::new("the demo's certificates cannot be made", error)
        };
        let write = |name: &str, text: String| -> Result<PathBuf, Trouble> {
            let path = place.join(name);
            std::fs::write(&path, text).map_err(|error| failed(&error))?;
            Ok(path)
        };
        let root_key = KeyPair::generate().map_err(|e| failed(&e))?;
        let mut root = CertificateParams::new(Vec::new()).map_err(|e| failed(&e))?;
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.distinguished_name.push(rcgen::DnType::CommonName, "Demo authority");
        let certificate = root.self_signed(&root_key).map_err(|e| failed(&e))?;
        let issuer = Issuer::new(root, root_key);
        let issue = |host: &str, expired: bool| -> Result<(PathBuf, PathBuf), Trouble> {
            let key = KeyPair::generate().map_err(|e| failed(&e))?;
            let mut leaf = CertificateParams::new(vec![host.to_owned()]).map_err(|e| failed(&e))?;
            if expired {
                leaf.not_before = date_time_ymd(2020, 1, 1);
                leaf.not_after = date_time_ymd(2021, 1, 1);
            }
            let signed = leaf.signed_by(&key, &issuer).map_err(|e| failed(&e))?;
            Ok((
                write(&format!("{host}.pem"), signed.pem())?,
                write(&format!("{host}.key"), key.serialize_pem())?,
            ))
        };
        Ok(Self {
            good: issue("mx.partner.example", false)?,
            expired: issue("mx.fabrikam.example", true)?,
            root: write("root.pem", certificate.pem())?,
        })
    }
}
