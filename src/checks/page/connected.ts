/** Changed tiles that touch or nearly touch, as the few boxes a person looks at. */
import type { Box } from '../check.js';
import { TILE } from './tile.js';

/** Boxes round tiles of which the next is at most one tile away, largest first. */
export function connected(tiles: readonly Box[]): Box[] {
  const grid = gridOf(tiles);
  const boxes: Box[] = [];
  for (const tile of tiles) {
    const start = cellAt(grid, Math.floor(tile.x / TILE), Math.floor(tile.y / TILE));
    if (grid.cells[start] === TAKEN) name(grid, start, boxes.length);
    const at = grid.cells[start] ?? 0;
    boxes[at] = around(boxes[at] ?? tile, tile);
  }
  return boxes.sort((a, b) => b.width * b.height - a.width * a.height);
}

/** Cells of the size of a tile with an empty one all round; each holds the number of its box once it has one. */
interface Grid {
  readonly columns: number;
  readonly cells: Int32Array;
}

const EMPTY = -2;
const TAKEN = -1;

function gridOf(tiles: readonly Box[]): Grid {
  let [columns, rows] = [0, 0];
  for (const { x, y, width, height } of tiles) {
    columns = Math.max(columns, lastCell(x, width));
    rows = Math.max(rows, lastCell(y, height));
  }
  const grid = { columns: columns + 3, cells: new Int32Array((columns + 3) * (rows + 3)).fill(EMPTY) };
  for (const { x, y, width, height } of tiles) {
    for (let row = Math.floor(y / TILE); row <= lastCell(y, height); row += 1) {
      const first = cellAt(grid, Math.floor(x / TILE), row);
      grid.cells.fill(TAKEN, first, first + lastCell(x, width) - Math.floor(x / TILE) + 1);
    }
  }
  return grid;
}

function lastCell(start: number, length: number): number {
  return Math.floor((start + length - 1) / TILE);
}

function cellAt({ columns }: Grid, column: number, row: number): number {
  return (row + 1) * columns + column + 1;
}

/** Writes the number into every taken cell that hangs together with the first. */
function name({ columns, cells }: Grid, first: number, number: number): void {
  const around = [-columns - 1, -columns, -columns + 1, -1, 1, columns - 1, columns, columns + 1];
  const waiting = [first];
  cells[first] = number;
  for (let cell = waiting.pop(); cell !== undefined; cell = waiting.pop()) {
    for (const step of around) {
      if (cells[cell + step] !== TAKEN) continue;
      cells[cell + step] = number;
      waiting.push(cell + step);
    }
  }
}

function around(a: Box, b: Box): Box {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const right = Math.max(a.x + a.width, b.x + b.width);
  const bottom = Math.max(a.y + a.height, b.y + b.height);
  return { x, y, width: right - x, height: bottom - y };
}
