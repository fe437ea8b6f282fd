//! TLS-07: what is said of a real peer that speaks only what is not safe any more. OpenSSL plays it, where
//! it is installed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise and starts processes"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use causeway_model::Failure;
use causeway_model::config::TlsLevel;
use causeway_net::tls::{ClientTls, Expectation};
use causeway_testkit::{Issued, TestCa, Validity};
use tokio::net::TcpStream;

/// `openssl s_server`, until it is dropped.
struct OpenSsl {
    child: Child,
    port: u16,
}

impl OpenSsl {
    /// `None` where there is no OpenSSL.
    fn start(issued: &Issued, arguments: &[&str]) -> Option<Self> {
        let mut child = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-cert"])
            .arg(&issued.chain_file)
            .arg("-key")
            .arg(&issued.key_file)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| line.ok().filter(|l| l.starts_with("ACCEPT")));
        // What it says later goes nowhere, and must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let port = line?.rsplit(':').next()?.trim().parse().ok()?;
        Some(Self { child, port })
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn failure(issued: &Issued, arguments: &[&str]) -> Option<Failure> {
    let Some(peer) = OpenSsl::start(issued, arguments) else {
        eprintln!("skipped: openssl s_server {arguments:?} does not start here");
        return None;
    };
    let stream = TcpStream::connect(("127.0.0.1", peer.port)).await.unwrap();
    let client = ClientTls::new(&[]).unwrap();
    let expectation = Expectation::of_level(TlsLevel::EncryptionOnly, None);
    Some(client.handshake(stream, "mx.partner.test", &expectation).await.unwrap_err())
}

#[tokio::test]
async fn the_old_version_of_a_real_peer_is_named() {
    let ca = TestCa::new("Partner");
    let issued = ca.issue(&["mx.partner.test"], Validity::Now);
    for version in ["-tls1", "-tls1_1"] {
        let arguments = [version, "-cipher", "ALL:@SECLEVEL=0"];
        if let Some(failure) = failure(&issued, &arguments).await {
            // OpenSSL refuses our greeting without saying which version it would have liked.
            assert_eq!(failure, Failure::TlsTooOld { offered: "TLS 1.1 or older".into() });
        }
    }
}

#[tokio::test]
async fn a_real_peer_with_weak_ciphers_and_key_exchanges_only_is_named_as_such() {
    let ca = TestCa::new("Partner");
    let issued = ca.issue(&["mx.partner.test"], Validity::Now);
    for ciphers in ["ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0", "ADH-AES128-SHA256:@SECLEVEL=0"] {
        let arguments = ["-tls1_2", "-cipher", ciphers];
        if let Some(failure) = failure(&issued, &arguments).await {
            assert!(matches!(failure, Failure::TlsNothingInCommon { .. }), "{failure:?}");
        }
    }
}
