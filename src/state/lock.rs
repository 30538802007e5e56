//! The lock of a state: the operating system's, which goes when its holder goes.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Error;

/// Who holds a lock, for the one who has to wait.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Holder {
    pub(crate) command: String,
    pub(crate) process: u32,
    /// RFC 3339.
    pub(crate) since: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            command,
            process,
            since,
        } = self;
        write!(f, "`demo-gen {command}` (process {process}, since {since})")
    }
}

/// Takes the lock or says who has it.
pub(super) fn take(path: &Path, holder: &Holder) -> Result<File, Error> {
    let io = |doing| {
        move |source| Error::Io {
            doing,
            path: path.to_owned(),
            source,
        }
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(io("open the lock file"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(Error::Locked {
                holder: read(&mut file),
            });
        }
        Err(TryLockError::Error(error)) => return Err(io("lock")(error)),
    }
    let text = serde_json::to_string(holder).expect("a holder is plain data");
    file.set_len(0).map_err(io("write the lock file"))?;
    file.write_all(text.as_bytes())
        .map_err(io("write the lock file"))?;
    Ok(file)
}

fn read(file: &mut File) -> Holder {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    // The holder may be in the middle of writing its name.
    let known = read.ok().and_then(|_| serde_json::from_str(&text).ok());
    known.unwrap_or_else(|| Holder {
        command: "…".to_owned(),
        process: 0,
        since: "just now".to_owned(),
    })
}
