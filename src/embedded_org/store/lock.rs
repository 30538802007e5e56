//! One server process a data file: an advisory lock of the operating system on a file beside it, which
//! ends with the process however that ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::embedded_org::error::Error;

/// Held while a process serves or replaces the org.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a data file, or says who has it.
    pub(crate) fn take(data: &Path) -> Result<Self, Error> {
        let path = sibling(data, "lock");
        let io = |action, source| Error::Io {
            action,
            path: path.clone(),
            source,
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| io("create the folder of", source))?;
        }
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|source| io("write to", source))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked {
                path: data.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(io("lock", source)),
        }
    }
}

/// A file beside the data file: `org.sqlite` and `lock` make `org.sqlite.lock`.
pub(crate) fn sibling(data: &Path, extension: &str) -> PathBuf {
    let mut name = data.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}
