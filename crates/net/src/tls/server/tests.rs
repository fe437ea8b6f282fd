use std::os::unix::fs::PermissionsExt;

use causeway_model::config::TlsLevel;
use causeway_testkit::{Issued, TestCa, Validity};

use super::*;
use crate::tls::ClientTls;
use crate::tls::Expectation;

const NAME: &str = "mx.ours.test";

fn files(issued: &Issued) -> TlsFiles {
    TlsFiles { certificate: issued.chain_file.clone(), key: issued.key_file.clone() }
}

/// Replaces a file's content so that its metadata surely differ: a new inode.
fn replace(target: &Path, source: &Path) {
    let beside = target.with_extension("replacement");
    std::fs::copy(source, &beside).unwrap();
    std::fs::rename(&beside, target).unwrap();
}

/// What a client with this setting sees of our certificate, and what we see of its.
async fn meet(
    server: &ServerTls,
    client: &ClientTls,
) -> (CertificateFacts, Option<ClientCertificate>) {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let expectation = Expectation::of_level(TlsLevel::Opportunistic, None);
    let (ours, theirs) =
        tokio::join!(server.acceptor().accept(far), client.handshake(near, NAME, &expectation));
    let ours = ours.unwrap();
    (theirs.unwrap().peer_certificate.unwrap(), server.peer_names(ours.get_ref().1))
}

#[tokio::test]
async fn a_replaced_certificate_is_used_and_a_bad_one_is_not() {
    let ca = TestCa::with_intermediate("Our Authority");
    let first = ca.issue(&[NAME], Validity::Now);
    let second = ca.issue(&[NAME, "second.ours.test"], Validity::Now);
    let files = files(&first);
    let server = ServerTls::load(Some(&files), ca.directory(), NAME).unwrap();
    let client = ClientTls::new(&[ca.root_file()]).unwrap();
    assert!(!server.is_self_made());
    assert!(!server.reload_if_changed().unwrap(), "nothing has changed");
    assert_eq!(meet(&server, &client).await.0.names, [NAME]);

    // The certificate alone is new: its key is another one.
    replace(&files.certificate, &second.chain_file);
    let error = server.reload_if_changed().unwrap_err();
    assert!(matches!(error, TlsFileError::KeyMismatch { .. }), "{error}");
    assert!(!server.reload_if_changed().unwrap(), "the same error is told once");
    assert_eq!(meet(&server, &client).await.0.names, [NAME]);

    replace(&files.key, &second.key_file);
    assert!(server.reload_if_changed().unwrap());
    assert_eq!(meet(&server, &client).await.0.names, [NAME, "second.ours.test"]);
    assert_eq!(server.certificate().unwrap().names, [NAME, "second.ours.test"]);

    std::fs::remove_file(&files.certificate).unwrap();
    let error = server.reload_if_changed().unwrap_err();
    assert!(matches!(error, TlsFileError::Unreadable { .. }), "{error}");
    assert_eq!(meet(&server, &client).await.0.names, [NAME, "second.ours.test"]);
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let ca = TestCa::new("Our Authority");
    let good = ca.issue(&[NAME], Validity::Now);
    let load = |certificate: &Path, key: &Path| {
        let files = TlsFiles { certificate: certificate.to_owned(), key: key.to_owned() };
        ServerTls::load(Some(&files), ca.directory(), NAME).map(drop)
    };
    let broken = ca.directory().join("broken.pem");
    std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----\n")
        .unwrap();
    let error = load(&good.key_file, &good.key_file).unwrap_err();
    assert!(matches!(&error, TlsFileError::NoCertificate { path } if *path == good.key_file));
    let error = load(&good.chain_file, &good.chain_file).unwrap_err();
    assert!(matches!(&error, TlsFileError::NoKey { path } if *path == good.chain_file));
    let error = load(&broken, &good.key_file).unwrap_err();
    assert!(matches!(&error, TlsFileError::NotPem { path, .. } if *path == broken), "{error}");
    assert!(error.to_string().starts_with(&broken.display().to_string()));
}

#[tokio::test]
async fn without_files_a_certificate_is_made_and_kept() {
    let place = TestCa::new("Only a place");
    let data = place.directory().join("data");
    let server = ServerTls::load(None, &data, NAME).unwrap();
    assert!(server.is_self_made());
    let key = data.join("tls/self-signed.key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let client = ClientTls::new(&[]).unwrap();
    let seen = meet(&server, &client).await.0;
    assert_eq!(seen.names, [NAME]);
    assert!(seen.self_issued);
    let again = ServerTls::load(None, &data, NAME).unwrap();
    assert_eq!(again.certificate().unwrap().serial, seen.serial, "it is the same one");
    let renamed = ServerTls::load(None, &data, "mail.ours.test").unwrap();
    assert_eq!(renamed.certificate().unwrap().names, ["mail.ours.test"]);
    // Files that somebody broke are made anew.
    std::fs::write(&key, "nothing").unwrap();
    assert!(ServerTls::load(None, &data, NAME).is_ok());
    let no_place = ServerTls::load(None, Path::new("/dev/null"), NAME).unwrap_err();
    assert!(matches!(no_place, TlsFileError::SelfSigned { .. }), "{no_place}");
}

#[tokio::test]
async fn a_clients_certificate_is_told_and_judged() {
    let ca = TestCa::with_intermediate("Our Authority");
    let roots = TrustRoots::load(&[ca.root_file()]).unwrap();
    let own = files(&ca.issue(&[NAME], Validity::Now));
    let server =
        ServerTls::load_with_roots(Some(&own), ca.directory(), NAME, roots.clone()).unwrap();
    let client = ClientTls::with_roots(roots);
    assert_eq!(meet(&server, &client).await.1, None, "no certificate is needed");
    let stranger = TestCa::new("Strange Authority");
    for (issued, trusted) in [
        (ca.issue(&["Mail.corp.test"], Validity::Now), true),
        (ca.issue(&["mail.corp.test"], Validity::Expired), false),
        (ca.self_signed(&["mail.corp.test"], Validity::Now), false),
        (stranger.issue(&["mail.corp.test"], Validity::Now), false),
    ] {
        let shown = ServerTls::load(Some(&files(&issued)), ca.directory(), NAME).unwrap();
        let names = vec!["mail.corp.test".to_owned()];
        assert_eq!(
            meet(&server, &client.clone().presenting(shown)).await.1,
            Some(ClientCertificate { names, trusted })
        );
    }
}

#[tokio::test]
async fn a_certificate_we_made_ourselves_is_not_shown_to_others() {
    let ca = TestCa::new("Our Authority");
    let own = files(&ca.issue(&[NAME], Validity::Now));
    let server = ServerTls::load(Some(&own), ca.directory(), NAME).unwrap();
    let made = ServerTls::load(None, &ca.directory().join("data"), NAME).unwrap();
    let client = ClientTls::new(&[]).unwrap().presenting(made);
    assert_eq!(meet(&server, &client).await.1, None);
}
