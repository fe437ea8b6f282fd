//! The dialogue with one client.

use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::Shared;
use super::behaviour::{Behaviour, Fault, Point, Starttls, wire};
use super::record::{Command, SentRecipient, Transaction};
use super::wire::Wire;

/// Octets of one command line at most; a client that sends more is cut off.
const LONGEST_LINE: u64 = 1 << 20;

/// Serves one connection and keeps count of it.
pub(super) async fn run(stream: TcpStream, number: u64, shared: Arc<Shared>) {
    shared.record(|record| {
        record.connections += 1;
        record.open += 1;
        record.most_open = record.most_open.max(record.open);
    });
    let client_address = stream.peer_addr().ok().map(|address| address.ip());
    let session = Session {
        stream: BufReader::new(Wire::Plain(stream)),
        shared: Arc::clone(&shared),
        number,
        now: Transaction { connection: number, client_address, ..Transaction::default() },
        has_reverse_path: false,
    };
    // However it ends, the client sees it; there is nobody else to tell.
    tokio::select! {
        _ = session.serve() => {}
        () = shared.hang_up.notified() => {}
    }
    shared.record(|record| record.open -= 1);
}

struct Session {
    stream: BufReader<Wire>,
    shared: Arc<Shared>,
    number: u64,
    /// What is known about the client, and the transaction that is open.
    now: Transaction,
    has_reverse_path: bool,
}

/// Whether the dialogue goes on.
enum Next {
    GoOn,
    End,
}

impl Session {
    async fn serve(mut self) -> io::Result<()> {
        if let Some(config) = self.behaviour().implicit_tls.clone() {
            self.handshake(TlsAcceptor::from(config)).await?;
        }
        self.may_fail(Point::Connected).await?;
        let greeting = self.behaviour().greeting.clone();
        self.send(&greeting).await?;
        self.may_fail(Point::Greeted).await?;
        loop {
            let Some(line) = self.line().await? else { return Ok(()) };
            let command =
                Command { connection: self.number, tls: self.now.tls, line: line.clone() };
            let verb = command.verb();
            self.shared.record(|record| record.commands.push(command));
            if let Next::End = self.command(&verb, &line).await? {
                return Ok(());
            }
        }
    }

    async fn command(&mut self, verb: &str, line: &str) -> io::Result<Next> {
        match verb {
            "EHLO" | "HELO" => self.hello(verb, line).await?,
            "STARTTLS" => return self.starttls().await,
            "AUTH" => self.auth(line).await?,
            "MAIL" => self.mail(line).await?,
            "RCPT" => self.recipient(line).await?,
            "DATA" => self.data().await?,
            "BDAT" => self.chunk(line).await?,
            "RSET" => {
                self.reset();
                self.answer("RSET", "250 2.0.0 reset").await?;
            }
            "NOOP" => {
                self.answer("NOOP", "250 2.0.0 fine").await?;
            }
            "QUIT" => {
                self.may_fail(Point::Quit).await?;
                self.answer("QUIT", "221 2.0.0 bye").await?;
                return Ok(Next::End);
            }
            _ => {
                self.answer(verb, "500 5.5.1 unknown command").await?;
            }
        }
        Ok(Next::GoOn)
    }

    async fn hello(&mut self, verb: &str, line: &str) -> io::Result<()> {
        self.may_fail(Point::Ehlo).await?;
        let behaviour = self.behaviour();
        let mut reply = behaviour.hostname.clone();
        if verb == "EHLO" {
            for extension in behaviour.ehlo_lines(self.now.tls) {
                reply.push('\n');
                reply.push_str(&extension);
            }
        }
        if self.answer(verb, &number_lines("250", &reply)).await? {
            self.reset();
            self.now.esmtp = verb == "EHLO";
            self.now.client_name = line.get(5..).unwrap_or_default().trim().to_owned();
        }
        self.may_fail(Point::Introduced).await
    }

    async fn starttls(&mut self) -> io::Result<Next> {
        self.may_fail(Point::Starttls).await?;
        let behaviour = self.behaviour();
        if behaviour.masked || self.now.tls {
            self.answer("STARTTLS", "500 5.5.1 unknown command").await?;
            return Ok(Next::GoOn);
        }
        match &behaviour.starttls {
            Starttls::NotOffered => {
                self.answer("STARTTLS", "502 5.5.1 not offered").await?;
            }
            Starttls::Refused(reply) => {
                self.answer("STARTTLS", reply).await?;
            }
            Starttls::Garbage(octets) => {
                self.answer("STARTTLS", "220 2.0.0 go ahead").await?;
                // Like a handshake, it answers the client's greeting and does not come before it.
                self.stream.fill_buf().await?;
                self.send(octets).await?;
                return Ok(Next::End);
            }
            Starttls::Works(config) => {
                if self.answer("STARTTLS", "220 2.0.0 go ahead").await? {
                    self.may_fail(Point::Handshake).await?;
                    self.handshake(TlsAcceptor::from(Arc::clone(config))).await?;
                }
            }
        }
        Ok(Next::GoOn)
    }

    /// Encrypts the connection. The client has to say EHLO again (RFC 3207 section 4.2).
    async fn handshake(&mut self, acceptor: TlsAcceptor) -> io::Result<()> {
        let wire = std::mem::replace(self.stream.get_mut(), Wire::Gone);
        let Wire::Plain(plain) = wire else { return Err(io::ErrorKind::NotConnected.into()) };
        match acceptor.accept(plain).await {
            Ok(stream) => {
                let certificates = stream.get_ref().1.peer_certificates();
                self.now = Transaction {
                    connection: self.number,
                    tls: true,
                    client_certificate: certificates.and_then(|c| c.first()).map(|c| c.to_vec()),
                    ..Transaction::default()
                };
                self.has_reverse_path = false;
                self.stream = BufReader::new(Wire::Tls(Box::new(stream)));
                Ok(())
            }
            Err(error) => {
                self.shared.record(|record| record.tls_errors.push(error.to_string()));
                Err(error)
            }
        }
    }

    async fn auth(&mut self, line: &str) -> io::Result<()> {
        self.may_fail(Point::Auth).await?;
        let Some((user, password)) = self.behaviour().credentials.clone() else {
            self.answer("AUTH", "502 5.5.1 not offered").await?;
            return Ok(());
        };
        let words: Vec<&str> = line.split(' ').collect();
        let given = match words.get(1).map(|m| m.to_ascii_uppercase()).as_deref() {
            Some("PLAIN") => {
                let response = match words.get(2) {
                    Some(initial) => (*initial).to_owned(),
                    None => self.challenge("").await?,
                };
                let mut parts = response_text(&response);
                parts = parts.split_once('\0').map(|p| p.1.to_owned()).unwrap_or_default();
                parts.split_once('\0').map(|(u, p)| (u.to_owned(), p.to_owned()))
            }
            Some("LOGIN") => {
                let name = match words.get(2) {
                    Some(initial) => (*initial).to_owned(),
                    None => self.challenge("Username:").await?,
                };
                let secret = self.challenge("Password:").await?;
                Some((response_text(&name), response_text(&secret)))
            }
            _ => {
                self.answer("AUTH", "504 5.5.4 unknown mechanism").await?;
                return Ok(());
            }
        };
        if given == Some((user.clone(), password)) {
            if self.answer("AUTH", "235 2.7.0 welcome").await? {
                self.now.user = Some(user);
            }
        } else {
            self.answer("AUTH", "535 5.7.8 wrong user or password").await?;
        }
        Ok(())
    }

    async fn challenge(&mut self, text: &str) -> io::Result<String> {
        let reply = format!("334 {}", BASE64.encode(text));
        self.send(&wire(&reply)).await?;
        self.line().await?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    async fn mail(&mut self, line: &str) -> io::Result<()> {
        self.may_fail(Point::Mail).await?;
        if self.behaviour().credentials.is_some() && self.now.user.is_none() {
            self.answer("", "530 5.7.0 authentication required").await?;
            return Ok(());
        }
        if self.has_reverse_path {
            self.answer("", "503 5.5.1 a transaction is open").await?;
            return Ok(());
        }
        let (reverse_path, parameters) = path_and_parameters(line);
        if self.answer("MAIL", "250 2.1.0 fine").await? {
            self.has_reverse_path = true;
            self.now.reverse_path = reverse_path;
            self.now.parameters = parameters;
        }
        Ok(())
    }

    async fn recipient(&mut self, line: &str) -> io::Result<()> {
        self.may_fail(Point::Rcpt).await?;
        if !self.has_reverse_path {
            self.answer("", "503 5.5.1 MAIL first").await?;
            return Ok(());
        }
        let (address, parameters) = path_and_parameters(line);
        let key = address.to_lowercase();
        let own = self.behaviour().recipients.get(&key).cloned();
        let own = own.and_then(|list| self.shared.next_reply(&format!("RCPT {key}"), &list));
        let accepted = match own {
            Some(reply) => self.say(&reply).await?,
            None => self.answer("RCPT", "250 2.1.5 fine").await?,
        };
        let recipient = SentRecipient { address, parameters };
        if accepted {
            self.now.recipients.push(recipient);
        } else {
            self.now.refused_recipients.push(recipient);
        }
        Ok(())
    }

    async fn data(&mut self) -> io::Result<()> {
        self.may_fail(Point::Data).await?;
        if self.now.recipients.is_empty() {
            self.answer("", "554 5.5.1 no valid recipients").await?;
            return Ok(());
        }
        if !self.answer("DATA", "354 go ahead").await? {
            return Ok(());
        }
        let mut line = Vec::new();
        let mut at_line_start = true;
        loop {
            line.clear();
            if self.stream.read_until(b'\n', &mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if at_line_start && line == b".\r\n" {
                break;
            }
            let stuffed = at_line_start && line.starts_with(b".");
            self.now.content.extend(&line[usize::from(stuffed)..]);
            at_line_start = line.ends_with(b"\r\n");
            self.may_fail(Point::Content).await?;
        }
        self.end_of_data().await
    }

    /// BDAT (RFC 3030).
    async fn chunk(&mut self, line: &str) -> io::Result<()> {
        let mut words = line.split(' ').skip(1);
        let size = words.next().and_then(|word| word.parse::<u64>().ok());
        let Some(size) = size else {
            self.answer("", "501 5.5.4 a size is missing").await?;
            return Ok(());
        };
        let last = words.next().is_some_and(|word| word.eq_ignore_ascii_case("LAST"));
        let mut chunk = Vec::new();
        (&mut self.stream).take(size).read_to_end(&mut chunk).await?;
        self.may_fail(Point::Data).await?;
        if self.now.recipients.is_empty() {
            self.answer("", "554 5.5.1 no valid recipients").await?;
            return Ok(());
        }
        self.now.content.extend(chunk);
        self.now.chunked = true;
        self.may_fail(Point::Content).await?;
        if last {
            self.end_of_data().await
        } else {
            self.answer("BDAT", "250 2.0.0 more").await.map(drop)
        }
    }

    /// The message is whole: accept it or not, and tell.
    async fn end_of_data(&mut self) -> io::Result<()> {
        self.may_fail(Point::EndOfData).await?;
        let list = self.behaviour().replies.get(".").cloned();
        let reply = list
            .and_then(|list| self.shared.next_reply(".", &list))
            .unwrap_or_else(|| "250 2.0.0 accepted".into());
        let mut message = self.now.clone();
        message.reply.clone_from(&reply);
        self.reset();
        // Recorded before the reply: a client that has the reply can rely on the record.
        self.shared.record(|record| {
            let list = if reply.starts_with('2') {
                &mut record.messages
            } else {
                &mut record.refused_messages
            };
            list.push(message);
        });
        self.may_fail(Point::Accepted).await?;
        self.say(&reply).await.map(drop)
    }

    /// Forgets the transaction, not the client.
    fn reset(&mut self) {
        self.has_reverse_path = false;
        self.now = Transaction {
            connection: self.number,
            client_address: self.now.client_address,
            client_name: std::mem::take(&mut self.now.client_name),
            esmtp: self.now.esmtp,
            tls: self.now.tls,
            user: self.now.user.take(),
            client_certificate: self.now.client_certificate.take(),
            ..Transaction::default()
        };
    }

    fn behaviour(&self) -> Arc<Behaviour> {
        self.shared.behaviour()
    }

    /// Sends the script's reply to `command`, or else `normal`. True when it was positive.
    async fn answer(&mut self, command: &str, normal: &str) -> io::Result<bool> {
        let list = self.behaviour().replies.get(command).cloned();
        let own = list.and_then(|list| self.shared.next_reply(command, &list));
        self.say(own.as_deref().unwrap_or(normal)).await
    }

    async fn say(&mut self, reply: &str) -> io::Result<bool> {
        self.send(&wire(reply)).await?;
        Ok(matches!(reply.as_bytes().first(), Some(b'2' | b'3')))
    }

    async fn send(&mut self, octets: &[u8]) -> io::Result<()> {
        let Some(pause) = self.behaviour().drip else {
            self.stream.write_all(octets).await?;
            return self.stream.flush().await;
        };
        for octet in octets {
            tokio::time::sleep(pause).await;
            self.stream.write_all(&[*octet]).await?;
            self.stream.flush().await?;
        }
        Ok(())
    }

    /// A line without its end; `None` when the client has gone.
    async fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        (&mut self.stream).take(LONGEST_LINE).read_until(b'\n', &mut line).await?;
        if line.pop() != Some(b'\n') {
            return Ok(None);
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(Some(String::from_utf8_lossy(&line).into_owned()))
    }

    /// Does what the script says goes wrong here: an error ends the session.
    async fn may_fail(&mut self, point: Point) -> io::Result<()> {
        match self.behaviour().faults.get(&point) {
            None => Ok(()),
            Some(Fault::Close) => {
                let _ = self.stream.shutdown().await;
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Some(Fault::Reset) => {
                let tcp = match self.stream.get_ref() {
                    Wire::Plain(tcp) => Some(tcp),
                    Wire::Tls(tls) => Some(tls.get_ref().0),
                    Wire::Gone => None,
                };
                if let Some(tcp) = tcp {
                    let _ = tcp.set_zero_linger();
                }
                Err(io::ErrorKind::ConnectionReset.into())
            }
            Some(Fault::Hang) => self.hang().await,
        }
    }

    /// Says nothing until the client goes.
    async fn hang(&mut self) -> io::Result<()> {
        let mut ignored = [0; 4096];
        while self.stream.read(&mut ignored).await? > 0 {}
        Err(io::ErrorKind::TimedOut.into())
    }
}

/// Puts the code before each line of a reply's text.
fn number_lines(code: &str, text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let last = lines.len() - 1;
    let numbered = lines.iter().enumerate().map(|(index, line)| {
        let mark = if index == last { ' ' } else { '-' };
        format!("{code}{mark}{line}")
    });
    numbered.collect::<Vec<_>>().join("\n")
}

/// What stands between the angle brackets of MAIL or RCPT, and the words after them.
fn path_and_parameters(line: &str) -> (String, Vec<String>) {
    let start = line.find('<').map_or(line.len(), |at| at + 1);
    let rest = &line[start..];
    // A quoted local part may have angle brackets of its own; parameters never do.
    let end = rest.rfind('>').unwrap_or(rest.len());
    let after = rest.get(end + 1..).unwrap_or_default();
    (rest[..end].to_owned(), after.split_ascii_whitespace().map(str::to_owned).collect())
}

fn response_text(response: &str) -> String {
    BASE64
        .decode(response)
        .map(|octets| String::from_utf8_lossy(&octets).into_owned())
        .unwrap_or_default()
}
