/* If there are more points than the screen can show: their density, as depth of colour. Zoomed
 in far enough, the points themselves are drawn. */
const MOST = 150000;
const CELL = 3; // pixels of the image
const STEP = 4096;

function wanted(data, view, grid) {
  if (data.n <= MOST) return false;
  const [w, h] = [view.width / view.scale / 2, view.height / view.scale / 2];
  let seen = 0;
  grid.inside(view.x - w, view.y - h, view.x + w, view.y + h, () => { seen += 1; });
  return seen > MOST;
}

function* counted(job, across, down, picture) {
  const { data, level, look, palette, view, ratio } = job;
  const sums = new Float32Array(across * down * 4);
  const k = view.scale * ratio;
  for (let row = 0; row < data.n; row += 1) {
    if (row % STEP === 0) yield null;
    if (level[row] !== 2) continue;
    const px = picture.width / 2 + (data.x[row] - view.x) * k;
    const py = picture.height / 2 - (data.y[row] - view.y) * k;
    if (!(px >= 0 && py >= 0 && px < picture.width && py < picture.height)) continue;
    const at = (Math.floor(py / CELL) * across + Math.floor(px / CELL)) * 4;
    const code = look.code[row];
    for (let i = 0; i < 3; i += 1) sums[at + i] += palette.rgb[3 * code + i];
    sums[at + 3] += 1;
  }
  yield sums;
}

function* paint(picture, job) {
  const across = Math.ceil(picture.width / CELL);
  const down = Math.ceil(picture.height / CELL);
  let sums = null;
  for (const part of counted(job, across, down, picture)) {
    if (part) sums = part;
    else yield;
  }
  let most = 1;
  for (let at = 3; at < sums.length; at += 4) most = Math.max(most, sums[at]);
  for (let py = 0; py < picture.height; py += 1) {
    if (py % 64 === 0) yield;
    for (let px = 0; px < picture.width; px += 1) {
      const from = (Math.floor(py / CELL) * across + Math.floor(px / CELL)) * 4;
      const n = sums[from + 3];
      if (!n) continue;
      const part = 0.25 + 0.75 * (Math.log1p(n) / Math.log1p(most));
      const at = (py * picture.width + px) * 4;
      for (let i = 0; i < 3; i += 1) {
        picture.data[at + i] += (sums[from + i] / n - picture.data[at + i]) * part;
      }
    }
  }
}

export { wanted, paint };
