//! The certificate we make ourselves when none is configured.
//!
//! Kept in `tls/` of the data directory, so that peers who remember it see the same one after a
//! restart. Made anew when the host's name changes, when it can no longer be read, or 30 days
//! before it ends. The key is readable by its owner only, from the first moment on.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use causeway_model::Timestamp;
use causeway_model::config::TlsFiles;
use rcgen::{CertificateParams, DnType, KeyPair};

use super::{CertificateFacts, TlsFileError, read_certificates, read_key};
use crate::clock::system_now;

/// How long it is valid.
const VALIDITY: Duration = Duration::from_secs(3 * 365 * 86_400);
/// How long before its end it is made anew.
const RENEWAL: Duration = Duration::from_secs(30 * 86_400);
/// Clocks differ: it is valid from a day before it was made.
const BACKDATED: Duration = Duration::from_secs(86_400);

/// The files of a usable self-signed certificate for `hostname`; made when there is none.
pub(super) fn ensure(data_dir: &Path, hostname: &str) -> Result<TlsFiles, TlsFileError> {
    let directory = data_dir.join("tls");
    let files = TlsFiles {
        certificate: directory.join("self-signed.pem"),
        key: directory.join("self-signed.key"),
    };
    if is_usable(&files, hostname) {
        return Ok(files);
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o750)
        .create(&directory)
        .map_err(|error| not_kept(&directory, &error))?;
    make(&files, hostname)?;
    tracing::info!(
        certificate = %files.certificate.display(),
        hostname,
        "no certificate is configured; a self-signed one was made"
    );
    Ok(files)
}

fn is_usable(files: &TlsFiles, hostname: &str) -> bool {
    let (Ok(certificates), Ok(_)) = (read_certificates(&files.certificate), read_key(&files.key))
    else {
        return false;
    };
    certificates.first().and_then(|c| CertificateFacts::read(c)).is_some_and(|facts| {
        facts.names.iter().any(|name| name.eq_ignore_ascii_case(hostname))
            && facts.not_after > system_now().plus(RENEWAL)
    })
}

fn make(files: &TlsFiles, hostname: &str) -> Result<(), TlsFileError> {
    let made = generate(hostname);
    let (certificate, key) = made.map_err(|error| not_kept(&files.certificate, &error))?;
    // The key first: a certificate without its key would be found unusable and made again.
    write(&files.key, &key, 0o600)?;
    write(&files.certificate, &certificate, 0o644)
}

/// Certificate and key in PEM.
fn generate(hostname: &str) -> Result<(String, String), rcgen::Error> {
    let mut parameters = CertificateParams::new(vec![hostname.to_owned()])?;
    parameters.distinguished_name.remove(DnType::CommonName);
    parameters.distinguished_name.push(DnType::CommonName, hostname);
    // Before 1970 nothing here works anyway.
    let now = UNIX_EPOCH + system_now().since(Timestamp::default());
    parameters.not_before = (now - BACKDATED).into();
    parameters.not_after = (now + VALIDITY).into();
    let key = KeyPair::generate()?;
    let certificate = parameters.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

/// Writes a whole file or nothing: beside it first, then in its place.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), TlsFileError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let attempt = || -> std::io::Result<()> {
        // A leftover might have other permissions than we ask for.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    attempt().map_err(|error| not_kept(path, &error))
}

fn not_kept(path: &Path, error: &dyn std::fmt::Display) -> TlsFileError {
    TlsFileError::SelfSigned { path: path.to_owned(), detail: error.to_string() }
}
