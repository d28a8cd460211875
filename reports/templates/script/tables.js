// Tables that sort by a click on a column's head.

function sortBy(table, index, numeric) {
  const head = table.tHead.rows[0].cells[index];
  const rising = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "descending" : !numeric;
  for (const cell of table.tHead.rows[0].cells) cell.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", rising ? "ascending" : "descending");
  const value = (row) => (numeric ? Number(row.cells[index].dataset.value) : row.cells[index].textContent.trim());
  const order = (one, other) => (numeric ? value(one) - value(other) : value(one).localeCompare(value(other)));
  table.tBodies[0].append(...[...table.tBodies[0].rows].sort((one, other) => (rising ? 1 : -1) * order(one, other)));
}

function setUpSorting() {
  for (const table of all("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((cell, index) => {
      if (!cell.dataset.sort) return;
      const button = element("button", { type: "button", class: "sort", text: cell.textContent });
      button.addEventListener("click", () => sortBy(table, index, cell.dataset.sort === "number"));
      cell.replaceChildren(button);
    });
  }
}
