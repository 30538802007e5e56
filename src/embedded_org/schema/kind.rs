//! The types of fields, and their flags.

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Id,
    Text {
        length: u32,
    },
    TextArea {
        length: u32,
    },
    Email {
        length: u32,
    },
    Phone {
        length: u32,
    },
    Url {
        length: u32,
    },
    Combobox(Picklist),
    Picklist(Picklist),
    Boolean,
    Int {
        digits: u32,
    },
    Double(Decimal),
    Currency(Decimal),
    Percent(Decimal),
    Date,
    DateTime,
    Reference(Reference),
    /// A compound of street, city and so on, made from the fields that share its prefix.
    Address,
    /// A list of ids kept in a junction object.
    IdList,
}

/// Values offered for a text, and whether others are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picklist {
    pub(crate) length: u32,
    pub(crate) values: Vec<String>,
    pub(crate) default: Option<String>,
    pub(crate) restricted: bool,
}

/// Digits before and after the point, as in `currency 18.2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    pub(crate) precision: u32,
    pub(crate) scale: u32,
}

/// A lookup or master-detail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reference {
    /// sObjects whose ids it takes.
    pub(crate) to: Vec<String>,
    /// The way up, such as `Account` in `Account.Name`.
    pub(crate) relationship: String,
    /// The way down, such as `Contacts` in a sub-query.
    pub(crate) children: String,
    pub(crate) on_delete: OnDelete,
}

/// What becomes of a record whose parent is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum OnDelete {
    #[default]
    Clear,
    Cascade,
}

/// A property that a field has or has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flag {
    Createable,
    Updateable,
    Nillable,
    DefaultedOnCreate,
    Unique,
    ExternalId,
    CaseSensitive,
    IdLookup,
    NameField,
    /// The reference takes several sObjects, and answers through the generic `Name`.
    Polymorphic,
    MasterDetail,
    /// Made by SQL when read; not a column.
    Computed,
    Unfilterable,
    /// Kept for the org itself; the API does not show it.
    Hidden,
    Custom,
    /// Seen only by those whom a permission set lets.
    Granted,
}

/// The flags of a field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flags(u32);

impl Flags {
    pub(crate) fn set(&mut self, flag: Flag) {
        self.0 |= 1 << flag as u32;
    }

    pub(crate) fn clear(&mut self, flag: Flag) {
        self.0 &= !(1 << flag as u32);
    }

    pub(crate) fn has(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u32) != 0
    }
}

impl Kind {
    /// The most characters a text may have.
    pub(crate) fn length(&self) -> Option<u32> {
        match self {
            Self::Text { length }
            | Self::TextArea { length }
            | Self::Email { length }
            | Self::Phone { length }
            | Self::Url { length } => Some(*length),
            Self::Combobox(list) | Self::Picklist(list) => Some(list.length),
            Self::Id | Self::Reference(_) => Some(18),
            Self::Boolean
            | Self::Int { .. }
            | Self::Double(_)
            | Self::Currency(_)
            | Self::Percent(_)
            | Self::Date
            | Self::DateTime
            | Self::Address
            | Self::IdList => None,
        }
    }

    pub(crate) fn decimal(&self) -> Option<Decimal> {
        match self {
            Self::Double(decimal) | Self::Currency(decimal) | Self::Percent(decimal) => {
                Some(*decimal)
            }
            _ => None,
        }
    }

    /// The `type` and `soapType` of describe.
    pub(crate) fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::Id => ("id", "tns:ID"),
            Self::Text { .. } => ("string", "xsd:string"),
            Self::TextArea { .. } => ("textarea", "xsd:string"),
            Self::Email { .. } => ("email", "xsd:string"),
            Self::Phone { .. } => ("phone", "xsd:string"),
            Self::Url { .. } => ("url", "xsd:string"),
            Self::Combobox(_) => ("combobox", "xsd:string"),
            Self::Picklist(_) => ("picklist", "xsd:string"),
            Self::Boolean => ("boolean", "xsd:boolean"),
            Self::Int { .. } => ("int", "xsd:int"),
            Self::Double(_) => ("double", "xsd:double"),
            Self::Currency(_) => ("currency", "xsd:double"),
            Self::Percent(_) => ("percent", "xsd:double"),
            Self::Date => ("date", "xsd:date"),
            Self::DateTime => ("datetime", "xsd:dateTime"),
            Self::Reference(_) => ("reference", "tns:ID"),
            Self::Address => ("address", "urn:address"),
            Self::IdList => ("junctionIdList", "tns:ID"),
        }
    }

    /// Texts compare without case, but ids and dates exactly.
    pub(crate) fn is_text(&self) -> bool {
        self.names().1 == "xsd:string"
    }
}
