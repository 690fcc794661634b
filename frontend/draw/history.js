/** Steps back: each state is the geometry as text. The first state is what the page was opened with. */
export class History {
  constructor() {
    this.states = [];
  }

  /** Remember a state unless it is the one we have. */
  push(geometry) {
    const state = JSON.stringify(geometry);
    if (this.states.at(-1) !== state) this.states.push(state);
  }

  get canUndo() {
    return this.states.length > 1;
  }

  /** Forget the newest state and return the one before it. */
  undo() {
    if (this.canUndo) this.states.pop();
    return JSON.parse(this.states.at(-1) ?? "null");
  }
}
