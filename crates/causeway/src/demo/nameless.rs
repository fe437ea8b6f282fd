//! A name server that knows no names: every question is answered with NXDOMAIN.

use std::net::SocketAddr;

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

use super::Trouble;

/// The longest question that is looked at.
const MOST: usize = 512;

/// Answers until it is dropped.
pub(super) struct Nameless {
    pub(super) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Nameless {
    pub(super) async fn start() -> Result<Self, Trouble> {
        let failed = |error| Trouble::new("the demo's name server cannot be started", error);
        let socket = UdpSocket::bind(("127.0.0.1", 0)).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let task = tokio::spawn(async move {
            let mut question = [0u8; MOST];
            while let Ok((length, from)) = socket.recv_from(&mut question).await {
                if let Some(answer) = no_such_name(&question[..length]) {
                    let _ = socket.send_to(&answer, from).await;
                }
            }
        });
        Ok(Self { address, task })
    }
}

impl Drop for Nameless {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The answer NXDOMAIN to a question (RFC 1035 section 4.1): its header and question again, with the
/// bits for "answer", "recursion available" and the code 3. Nothing after the question is repeated.
fn no_such_name(question: &[u8]) -> Option<Vec<u8>> {
    const HEADER: usize = 12;
    let mut end = HEADER;
    loop {
        match *question.get(end)? {
            0 => break,
            label if label < 64 => end += 1 + usize::from(label),
            _ => return None,
        }
    }
    let mut answer = question.get(..end + 5)?.to_vec();
    answer[2] = 0x80 | (question[2] & 0x01);
    answer[3] = 0x80 | 3;
    // One question, nothing else.
    answer[4..HEADER].copy_from_slice(&[0, 1, 0, 0, 0, 0, 0, 0]);
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_gets_no_such_name_and_nonsense_gets_nothing() {
        let question = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01\x01a\x04test\x00\x00\x01\x00\x01extra";
        let answer = no_such_name(question).unwrap();
        assert_eq!(&answer[..4], b"\x12\x34\x81\x83");
        assert_eq!(&answer[4..12], b"\x00\x01\x00\x00\x00\x00\x00\x00");
        assert_eq!(&answer[12..], b"\x01a\x04test\x00\x00\x01\x00\x01");
        for nonsense in [&b""[..], b"\x12\x34", &[0xff; 40]] {
            assert_eq!(no_such_name(nonsense), None);
        }
    }
}
