//! The client against scripted peers. Time is paused: hours pass at once.

mod failures;
mod messages;
mod session;

use std::time::Duration;

use bytes::Bytes;
use causeway_model::{Address, BodyType, Failure, ReversePath, Stage};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;

use super::*;

/// What a scripted peer does next.
#[derive(Clone, Debug)]
enum Step {
    /// Writes.
    Say(&'static str),
    /// Reads one line, which must be this one.
    Hear(&'static str),
    /// Reads exactly these octets.
    HearAll(&'static str),
    /// Reads content up to its end.
    HearContent,
    /// Writes an octet a minute.
    Drip(&'static str),
    /// Closes.
    Close,
    /// Does nothing any more.
    Hang,
}
use Step::{Close, Drip, Hang, Hear, HearAll, HearContent, Say};

/// Plays a peer; returns what the client sent after the last step, up to its end.
fn play(mut stream: DuplexStream, steps: Vec<Step>) -> JoinHandle<String> {
    tokio::spawn(async move {
        for step in steps {
            match step {
                Say(text) => drop(stream.write_all(text.as_bytes()).await),
                Hear(line) => {
                    assert_eq!(read_until(&mut stream, "\r\n").await, format!("{line}\r\n"));
                }
                HearAll(text) => {
                    let mut heard = vec![0; text.len()];
                    stream.read_exact(&mut heard).await.unwrap();
                    assert_eq!(String::from_utf8(heard).unwrap(), text);
                }
                HearContent => drop(read_until(&mut stream, "\r\n.\r\n").await),
                Drip(text) => {
                    for octet in text.bytes() {
                        tokio::time::sleep(Duration::from_secs(60)).await;
                        if stream.write_all(&[octet]).await.is_err() {
                            return String::new();
                        }
                    }
                }
                Close => return String::new(),
                Hang => std::future::pending().await,
            }
        }
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        String::from_utf8(rest).unwrap()
    })
}

async fn read_until(stream: &mut DuplexStream, end: &str) -> String {
    let mut heard = Vec::new();
    while !heard.ends_with(end.as_bytes()) {
        heard.push(stream.read_u8().await.unwrap_or_else(|error| {
            panic!("{error} after {:?}", String::from_utf8_lossy(&heard));
        }));
    }
    String::from_utf8(heard).unwrap()
}

/// A client and the peer it talks to.
fn connect(steps: Vec<Step>) -> (Connection<DuplexStream>, JoinHandle<String>) {
    let (ours, theirs) = duplex(64 * 1024);
    (Connection::new(ours, Timeouts::default()), play(theirs, steps))
}

/// A client that has said EHLO to a peer with these extensions.
async fn greeted(
    ehlo: &'static str,
    steps: Vec<Step>,
) -> (Connection<DuplexStream>, JoinHandle<String>) {
    let mut all = vec![Say("220 mx.test\r\n"), Hear("EHLO us.test"), Say(ehlo)];
    all.extend(steps);
    let (mut connection, peer) = connect(all);
    connection.greeting().await.unwrap();
    connection.hello("us.test").await.unwrap();
    (connection, peer)
}

const PLAIN: &str = "250 mx.test\r\n";
const PIPELINING: &str = "250-mx.test\r\n250 PIPELINING\r\n";
const CHUNKING: &str = "250-mx.test\r\n250-PIPELINING\r\n250 CHUNKING\r\n";
const MAIL: &str = "MAIL FROM:<a@b.test>";

/// The addresses and content of a message, to borrow a transaction from.
struct Message {
    sender: ReversePath,
    recipients: Vec<Address>,
    parts: Vec<Bytes>,
}

impl Message {
    fn to(recipients: &[&str]) -> Self {
        Self {
            sender: ReversePath::Address(Address::parse("a@b.test").unwrap()),
            recipients: recipients.iter().map(|r| Address::parse(r).unwrap()).collect(),
            parts: vec![Bytes::from_static(b"S: x\r\n\r\n"), Bytes::from_static(b".hi\r\n")],
        }
    }

    fn out(&self) -> Vec<OutRecipient<'_>> {
        self.recipients
            .iter()
            .map(|address| OutRecipient { address, notify: None, orcpt: None })
            .collect()
    }

    fn transaction<'a>(&'a self, recipients: &'a [OutRecipient<'a>]) -> Transaction<'a> {
        Transaction {
            reverse_path: &self.sender,
            recipients,
            size: self.parts.iter().map(|part| part.len() as u64).sum(),
            body_type: BodyType::SevenBit,
            eight_bit: false,
            smtputf8: false,
            ret: None,
            envid: None,
            payload: Payload::Parts(&self.parts),
        }
    }

    async fn send(
        &self,
        connection: &mut Connection<DuplexStream>,
    ) -> Result<TransactionResult, SessionFailure> {
        let out = self.out();
        connection.transact(self.transaction(&out)).await
    }
}

/// Each recipient's fate in short: `ok 250`, or stage and what happened.
fn fates(result: &TransactionResult) -> Vec<String> {
    result
        .recipients
        .iter()
        .map(|fate| match fate {
            Ok(reply) => format!("ok {}", reply.code),
            Err((stage, failure)) => format!("{} {}", stage.name(), kind(failure)),
        })
        .collect()
}

fn kind(failure: &Failure) -> String {
    match failure {
        Failure::Replied { reply } => reply.code.to_string(),
        Failure::TimedOut { .. } => "timeout".into(),
        Failure::ClosedAbruptly { .. } => "closed".into(),
        Failure::ProtocolError { .. } => "protocol".into(),
        Failure::ServiceRefused { reply } => format!("refused {}", reply.code),
        Failure::ExtensionMissing { extension } => format!("missing {extension}"),
        Failure::StoreUnreadable { .. } => "unreadable".into(),
        other => format!("{other:?}"),
    }
}

fn failed(failure: &SessionFailure) -> String {
    format!("{} {}", failure.stage.name(), kind(&failure.failure))
}
