//! Tables without lines around them, as wide as the terminal at most.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// A column: its heading, and whether it holds numbers.
pub(super) type Column = (&'static str, CellAlignment);

/// What the first column is set in by.
pub(super) const INDENT: u16 = 2;

/// The lines of the table, the first one with the headings. Columns without content are left out.
pub(super) fn lines(columns: &[Column], rows: &[Vec<String>], width: usize) -> Vec<String> {
    let filled = |index: usize| rows.iter().any(|row| !row[index].is_empty());
    let kept: Vec<usize> = (0..columns.len()).filter(|index| filled(*index)).collect();
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width as u16)
        .set_header(kept.iter().map(|index| columns[*index].0))
        .add_rows(
            rows.iter()
                .map(|row| kept.iter().map(|index| &row[*index]).collect::<Vec<_>>()),
        );
    for (column, index) in table.column_iter_mut().zip(&kept) {
        column.set_padding((INDENT, 0));
        column.set_cell_alignment(columns[*index].1);
    }
    table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use comfy_table::CellAlignment::{Left, Right};

    use super::lines;

    #[test]
    fn empty_columns_are_left_out_and_numbers_stand_under_each_other() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows = [row(["a", "", "1"]), row(["bb", "", "1,000"])];
        let shown = lines(
            &[("Kind", Left), ("Why", Left), ("Count", Right)],
            &rows,
            80,
        );
        assert_eq!(shown, ["  Kind  Count", "  a         1", "  bb    1,000"]);
    }
}
