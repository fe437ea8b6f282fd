//! The dozen messages, and sending them.

use std::net::SocketAddr;

use bytes::Bytes;
use causeway_model::{Address, BodyType, Failure, QueueId, Recipient, ReversePath, Stage};
use causeway_smtp::client::{Connection, OutRecipient, Payload, Timeouts, Transaction};
use tokio::net::TcpSocket;

use super::Trouble;
use super::world::World;

/// One message of the demo.
pub(super) struct Letter {
    /// Which of our loopback addresses sends it.
    from_host: [u8; 4],
    /// The reverse-path.
    pub(super) sender: &'static str,
    /// To whom.
    pub(super) recipient: &'static str,
    /// What it is to show: the key of the sentence (`locales/*/demo.ftl`).
    pub(super) purpose: &'static str,
}

const OURS: [u8; 4] = [127, 0, 0, 1];
const STRANGER: [u8; 4] = [127, 0, 0, 9];

const fn letter(recipient: &'static str, purpose: &'static str) -> Letter {
    Letter { from_host: OURS, sender: "anna@contoso.example", recipient, purpose }
}

const fn strange(sender: &'static str, recipient: &'static str, purpose: &'static str) -> Letter {
    Letter { from_host: STRANGER, sender, recipient, purpose }
}

/// All of them.
const LETTERS: [Letter; 12] = [
    letter("ben@contoso.example", "demo-shows-colleague"),
    letter("clara@partner.example", "demo-shows-partner"),
    letter("info@partner.example", "demo-shows-partner-again"),
    strange("clara@partner.example", "anna@contoso.example", "demo-shows-incoming"),
    letter("nobdy@partner.example", "demo-shows-misspelt"),
    letter("dora@fabrikam.example", "demo-shows-expired"),
    letter("erik@fabrikam.example", "demo-shows-expired-again"),
    letter("frida@adatum.example", "demo-shows-refusing"),
    letter("georg@adatum.example", "demo-shows-refusing-again"),
    letter("hugo@wingtip.example", "demo-shows-nameless"),
    strange("x@elsewhere.example", "nobody@contoso.example", "demo-shows-guessing"),
    strange("x@elsewhere.example", "clara@partner.example", "demo-shows-relaying"),
];

/// A message that was handed in, or refused at once.
pub(super) struct Sent {
    pub(super) letter: &'static Letter,
    /// Its name in the queue, or the refusal: codes and words.
    pub(super) outcome: Result<QueueId, (String, String)>,
}

/// Hands all messages in, each in a session of its own.
pub(super) async fn send_all(world: &World) -> Result<Vec<Sent>, Trouble> {
    static ALL: &[Letter] = &LETTERS;
    let mut sent = Vec::with_capacity(ALL.len());
    for (number, letter) in ALL.iter().enumerate() {
        let outcome = send(world.smtp, letter, number).await?;
        sent.push(Sent { letter, outcome });
    }
    Ok(sent)
}

fn address(text: &str) -> Result<Address, Trouble> {
    Address::parse(text).map_err(|error| Trouble::new(text, error))
}

async fn send(
    server: SocketAddr,
    letter: &Letter,
    number: usize,
) -> Result<Result<QueueId, (String, String)>, Trouble> {
    let failed =
        |error: &dyn std::fmt::Display| Trouble::new("a message cannot be handed in", error);
    let socket = TcpSocket::new_v4().map_err(|e| failed(&e))?;
    socket.bind((letter.from_host, 0).into()).map_err(|e| failed(&e))?;
    let stream = socket.connect(server).await.map_err(|e| failed(&e))?;
    let mut connection = Connection::new(stream, Timeouts::default());
    connection.greeting().await.map_err(|e| failed(&e))?;
    connection.hello("client.contoso.example").await.map_err(|e| failed(&e))?;
    let recipient = Recipient::plain(address(letter.recipient)?);
    let content = Bytes::from(format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: Demo {number}\r\nMessage-ID: <demo-{number}@contoso.example>\r\n\r\nDemo {number}\r\n",
        from = letter.sender,
        to = letter.recipient,
        number = number + 1,
    ));
    let result = connection
        .transact(Transaction {
            reverse_path: &ReversePath::Address(address(letter.sender)?),
            recipients: &[OutRecipient::from(&recipient)],
            size: content.len() as u64,
            body_type: BodyType::SevenBit,
            eight_bit: false,
            smtputf8: false,
            ret: None,
            envid: None,
            payload: Payload::Parts(&[content]),
        })
        .await
        .map_err(|e| failed(&e))?;
    connection.quit().await;
    let outcome = result.recipients.into_iter().next();
    Ok(match outcome {
        Some(Ok(reply)) => {
            let id = reply.lines.first().and_then(|line| line.rsplit(' ').next()?.parse().ok());
            Ok(id.ok_or_else(|| Trouble(format!("no queue id in {reply}")))?)
        }
        Some(Err((_, Failure::Replied { reply }))) => {
            Err((reply.code_text(), causeway_catalog::status::words(&reply)))
        }
        Some(Err((stage, failure))) => Err(described(stage, &failure)),
        None => return Err(Trouble("the server gave no answer for the recipient".into())),
    })
}

fn described(stage: Stage, failure: &Failure) -> (String, String) {
    let status = causeway_catalog::status(failure, stage, causeway_catalog::Phase::Final);
    (status.code_text(), status.text)
}
