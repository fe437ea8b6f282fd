use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use super::*;
use crate::{TestCa, Validity};

/// A client that sends whole lines and reads whole replies.
struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(peer: &ScriptedPeer) -> Self {
        let stream = TcpStream::connect(peer.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    fn read(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let start = reply.len();
            if self.0.read_line(&mut reply).unwrap() == 0 {
                return reply;
            }
            if reply.as_bytes().get(start + 3) != Some(&b'-') {
                return reply;
            }
        }
    }

    fn say(&mut self, text: &str) -> String {
        self.0.get_mut().write_all(format!("{text}\r\n").as_bytes()).unwrap();
        self.read()
    }
}

#[test]
fn a_message_is_recorded_octet_for_octet() {
    let peer = ScriptedPeer::start(Behaviour::new());
    let mut client = Client::connect(&peer);
    assert!(client.read().starts_with("220 "));
    assert!(client.say("EHLO here.test").contains("250-PIPELINING\r\n"));
    client.say("MAIL FROM:<a@ours.test> SIZE=9 BODY=8BITMIME");
    client.say("RCPT TO:<\"b>c\"@partner.test> NOTIFY=NEVER");
    assert!(client.say("DATA").starts_with("354"));
    let reply = client.say("Subject: x\r\n\r\n..dot\r\nbare\nline\r\n\u{fc}\r\n.");
    assert_eq!(reply, "250 2.0.0 accepted\r\n");
    let message = peer.block_on_messages(1).remove(0);
    assert_eq!(message.content, "Subject: x\r\n\r\n.dot\r\nbare\nline\r\n\u{fc}\r\n".as_bytes());
    assert_eq!(message.client_name, "here.test");
    assert!(message.esmtp && !message.tls);
    assert_eq!(message.reverse_path, "a@ours.test");
    assert_eq!(message.parameters, ["SIZE=9", "BODY=8BITMIME"]);
    assert_eq!(message.addresses(), ["\"b>c\"@partner.test"]);
    assert_eq!(message.recipients[0].parameters, ["NOTIFY=NEVER"]);
    client.say("QUIT");
    assert_eq!(peer.verbs(1), ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]);
    assert_eq!(peer.connections(), 1);
}

#[test]
fn replies_follow_the_script_in_turn() {
    let peer = ScriptedPeer::start(
        Behaviour::new()
            .without_ehlo()
            .recipient("Later@partner.test", ["451 4.2.1 later", "250 2.1.5 fine"])
            .reply(".", ["554-5.7.1 no\n554 5.7.1 never"]),
    );
    let mut client = Client::connect(&peer);
    client.read();
    assert!(client.say("EHLO here.test").starts_with("502"));
    assert_eq!(client.say("HELO here.test"), "250 peer.test\r\n");
    client.say("MAIL FROM:<>");
    assert!(client.say("RCPT TO:<later@partner.test>").starts_with("451"));
    assert!(client.say("DATA").starts_with("554"));
    assert!(client.say("RCPT TO:<later@partner.test>").starts_with("250"));
    client.say("DATA");
    assert_eq!(client.say("."), "554-5.7.1 no\r\n554 5.7.1 never\r\n");
    assert!(peer.messages().is_empty());
    peer.change(Behaviour::new());
    client.say("MAIL FROM:<>");
    client.say("RCPT TO:<later@partner.test>");
    client.say("DATA");
    client.say(".");
    let message = peer.block_on_messages(1).remove(0);
    assert!(message.content.is_empty() && !message.esmtp && message.reverse_path.is_empty());
}

#[test]
fn chunks_make_a_message() {
    let peer = ScriptedPeer::start(Behaviour::new().keyword("CHUNKING"));
    let mut client = Client::connect(&peer);
    client.read();
    client.say("EHLO here.test");
    client.say("MAIL FROM:<a@b.test>");
    client.say("RCPT TO:<c@d.test>");
    client.0.get_mut().write_all(b"BDAT 5\r\n.\r\nabBDAT 0\r\nBDAT 4 LAST\r\nc\nd.").unwrap();
    for _ in 0..3 {
        assert!(client.read().starts_with("250"));
    }
    let message = peer.block_on_messages(1).remove(0);
    assert_eq!(message.content, b".\r\nabc\nd.");
    assert!(message.chunked);
}

#[test]
fn faults_happen_where_they_are_asked_for() {
    let peer = ScriptedPeer::start(Behaviour::new().fault(Point::Connected, Fault::Close));
    let mut rest = String::new();
    Client::connect(&peer).0.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    peer.change(Behaviour::new().fault(Point::Greeted, Fault::Reset));
    let mut client = Client::connect(&peer);
    client.read();
    let error = client.0.read_to_string(&mut rest).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    peer.change(Behaviour::new().masked());
    let mut client = Client::connect(&peer);
    assert!(client.read().starts_with("220 ***"));
    assert!(client.say("EHLO a").contains("250-XXXXXXXXXX\r\n"));
    peer.change(Behaviour::new().fault(Point::Mail, Fault::Hang));
    let mut client = Client::connect(&peer);
    client.read();
    client.say("EHLO a");
    client.0.get_mut().write_all(b"MAIL FROM:<>\r\n").unwrap();
    client.0.get_mut().set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    assert!(client.0.read_to_string(&mut rest).is_err());
    assert_eq!(peer.connections(), 4);
}

#[test]
fn a_refusing_port_stays_reserved_and_can_listen_again() {
    let peer = ScriptedPeer::refusing();
    let refused = TcpStream::connect(peer.address()).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    peer.listen();
    assert!(Client::connect(&peer).read().starts_with("220"));
}

#[test]
fn users_must_log_in_where_it_is_demanded() {
    let peer = ScriptedPeer::start(Behaviour::new().credentials("relay", "secret"));
    let mut client = Client::connect(&peer);
    client.read();
    assert!(client.say("EHLO a").contains("250 AUTH PLAIN LOGIN"));
    assert!(client.say("MAIL FROM:<>").starts_with("530"));
    assert!(client.say("AUTH PLAIN AHJlbGF5AHdyb25n").starts_with("535"));
    assert!(client.say("AUTH LOGIN").starts_with("334"));
    client.say("cmVsYXk=");
    assert!(client.say("c2VjcmV0").starts_with("235"));
    client.say("MAIL FROM:<>");
    client.say("RCPT TO:<a@b.test>");
    client.say("DATA");
    client.say(".");
    assert_eq!(peer.block_on_messages(1)[0].user.as_deref(), Some("relay"));
}

#[tokio::test(start_paused = true)]
async fn starttls_encrypts_and_forgets_the_client() {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
    let ca = TestCa::new("Test Authority");
    let peer =
        ScriptedPeer::start(Behaviour::new().starttls(&ca.issue(&["peer.test"], Validity::Now)));
    let mut plain = tokio::net::TcpStream::connect(peer.address()).await.unwrap();
    plain.write_all(b"EHLO a\r\nSTARTTLS\r\n").await.unwrap();
    let mut reader = tokio::io::BufReader::new(plain);
    let mut line = String::new();
    while !line.contains("220 2.0.0") {
        reader.read_line(&mut line).await.unwrap();
    }
    assert!(line.contains("250 STARTTLS"));
    let connector = tokio_rustls::TlsConnector::from(ca.client_config());
    let name = rustls::pki_types::ServerName::try_from("peer.test").unwrap();
    let mut tls = connector.connect(name, reader.into_inner()).await.unwrap();
    tls.write_all(b"EHLO b\r\nMAIL FROM:<>\r\nRCPT TO:<c@d.test>\r\nDATA\r\n.\r\n").await.unwrap();
    let message = peer.wait_for_messages(1).await.remove(0);
    assert!(message.tls);
    assert_eq!(message.client_name, "b");
}
