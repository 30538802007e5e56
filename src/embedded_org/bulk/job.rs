//! Jobs and their batches as values.

use super::words::words;

words! {
    /// Which API a job is of, in the words of `jobType`.
    Api {
        Ingest = "V2Ingest",
        Query = "V2Query",
        /// Bulk API 1.0, for both.
        Classic = "Classic",
    }
}

words! {
    /// What a job does.
    Operation {
        Insert = "insert",
        Update = "update",
        Upsert = "upsert",
        Delete = "delete",
        HardDelete = "hardDelete",
        Query = "query",
        QueryAll = "queryAll",
    }
}

words! {
    /// Where a job stands. Only those of Bulk API 1.0 are `Closed`, and these go on with their batches.
    JobState {
        Open = "Open",
        UploadComplete = "UploadComplete",
        InProgress = "InProgress",
        JobComplete = "JobComplete",
        Failed = "Failed",
        Aborted = "Aborted",
        Closed = "Closed",
    }
}

words! {
    /// Where a batch stands.
    BatchState {
        Queued = "Queued",
        InProgress = "InProgress",
        Completed = "Completed",
        Failed = "Failed",
        NotProcessed = "NotProcessed",
    }
}

words! {
    /// What rows come as, and query results go as.
    ContentType {
        Csv = "CSV",
        Json = "JSON",
        Xml = "XML",
    }
}

words! {
    /// What ends a line of CSV.
    LineEnding {
        Lf = "LF",
        Crlf = "CRLF",
    }
}

words! {
    /// What stands between values of CSV.
    ColumnDelimiter {
        Backquote = "BACKQUOTE",
        Caret = "CARET",
        Comma = "COMMA",
        Pipe = "PIPE",
        Semicolon = "SEMICOLON",
        Tab = "TAB",
    }
}

words! {
    /// Accepted and told, but one worker makes every job serial.
    ConcurrencyMode {
        Parallel = "Parallel",
        Serial = "Serial",
    }
}

impl Operation {
    pub(crate) fn is_query(self) -> bool {
        matches!(self, Self::Query | Self::QueryAll)
    }
}

impl LineEnding {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::Crlf => "\r\n",
        }
    }
}

impl ColumnDelimiter {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Backquote => b'`',
            Self::Caret => b'^',
            Self::Comma => b',',
            Self::Pipe => b'|',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// What a client asks for when it opens a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) api: Api,
    pub(crate) operation: Operation,
    pub(crate) object: String,
    pub(crate) external_id: Option<String>,
    pub(crate) content_type: ContentType,
    pub(crate) dialect: Dialect,
    pub(crate) concurrency: ConcurrencyMode,
    /// The version of the API, such as 67.
    pub(crate) version: u32,
}

/// The CSV of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: ColumnDelimiter,
    pub(crate) line_ending: LineEnding,
}

impl Dialect {
    /// What is spoken where nothing is said, and always in Bulk API 1.0.
    pub(crate) const PLAIN: Self = Self {
        delimiter: ColumnDelimiter::Comma,
        line_ending: LineEnding::Lf,
    };
}

/// A job.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) order: Order,
    pub(crate) state: JobState,
    pub(crate) created_by: String,
    pub(crate) created: String,
    pub(crate) changed: String,
    /// Why it failed.
    pub(crate) error: Option<String>,
}

/// One upload. A job of Bulk API 2.0 has one, made with its data; a job of Bulk API 1.0 has many.
#[derive(Debug, Clone)]
pub(crate) struct Batch {
    pub(crate) id: String,
    pub(crate) job: String,
    pub(crate) state: BatchState,
    /// Why it failed.
    pub(crate) message: Option<String>,
    pub(crate) created: String,
    pub(crate) changed: String,
    /// The header of its CSV, once that is read.
    pub(crate) columns: Vec<String>,
    /// The byte of the upload at which the first row that is not processed begins.
    pub(crate) position: u64,
    pub(crate) processed: u64,
    pub(crate) failed: u64,
    /// What the work on it took.
    pub(crate) milliseconds: u64,
}
