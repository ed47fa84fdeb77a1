// A pickle machine that executes nothing: it knows the opcodes that data is written with, and hands every class or function that a
// file names to an allow-list. (Python's Lib/pickletools.py documents the opcodes; torch.save writes protocol 2.)
import type { Refuse } from "./refusal";

/**
 * What a class or function that a file names stands for here: called with REDUCE's arguments, or only named, as classes of storages are. Of one
 * that `holds` attributes objects are made, which is no more than to keep these by their names.
 */
export class Global {
  readonly name: string;
  readonly call: ((args: unknown[]) => unknown) | undefined;
  readonly holds: boolean;

  constructor(name: string, call?: (args: unknown[]) => unknown, holds = false) {
    this.name = name;
    this.call = call;
    this.holds = holds;
  }
}

/** An object of a class that `holds` attributes. */
export class Instance {
  readonly className: string;
  readonly attributes = new Map<unknown, unknown>();

  constructor(className: string) {
    this.className = className;
  }
}

export interface PickleRules {
  /** @throws LabError where the global is not allowed */
  findGlobal(name: string): Global;
  /** What a persistent id stands for: torch's are tuples that name storages. */
  findPersistent(id: unknown): unknown;
  refuse: Refuse;
}

/** What the machine takes for Python's `MARK`. */
const MARK = Symbol("mark");
/** Of an opcode that puts nothing on the stack. */
const DONE = Symbol("done");
/** A step is an opcode, or an item that one copies; a state dict of a network takes some 20,000. Bounds time and memory, also of a made-up file. */
const MOST_STEPS = 4_000_000;
/** In bytes. The source of a class, which old files have, is a tenth of a megabyte. */
const LONGEST_TEXT = 2 ** 24;
const STOP = 0x2e;
const DECODER = new TextDecoder();

/**
 * Runs one pickle that begins at `start`. Tuples and lists come out as arrays, dicts as Maps, None as null.
 * @returns the value, and where the next pickle begins
 * @throws LabError naming the opcode or global that is not allowed
 */
export function unpickle(bytes: Uint8Array, start: number, rules: PickleRules): { value: unknown; end: number } {
  return new Machine(bytes, start, rules).run();
}

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #rules: PickleRules;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #at: number;
  #steps = 0;

  constructor(bytes: Uint8Array, start: number, rules: PickleRules) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#rules = rules;
  }

  run(): { value: unknown; end: number } {
    for (;;) {
      this.#countSteps(1);
      const opcode = this.#takeByte();
      if (opcode === STOP) return { value: this.#pop(), end: this.#at };
      const pushed = this.#do(opcode);
      if (pushed !== DONE) this.#stack.push(pushed);
    }
  }

  #countSteps(count: number): void {
    this.#steps += count;
    if (this.#steps > MOST_STEPS) throw this.#damaged(`takes more than ${MOST_STEPS} steps, which no network's does`);
  }

  /** What the opcode puts on the stack. */
  #do(opcode: number): unknown {
    switch (opcode) {
      case 0x80: // PROTO
        if (this.#takeByte() > 5) throw this.#damaged("is of a later protocol than 5");
        return DONE;
      case 0x95: // FRAME: how the bytes were buffered
        this.#take(8);
        return DONE;

      case 0x4e: // NONE
        return null;
      case 0x88: // NEWTRUE
        return true;
      case 0x89: // NEWFALSE
        return false;
      case 0x4a: // BININT
        return this.#view.getInt32(this.#take(4), true);
      case 0x4b: // BININT1
        return this.#takeByte();
      case 0x4d: // BININT2
        return this.#view.getUint16(this.#take(2), true);
      case 0x8a: // LONG1
        return this.#takeLong(this.#takeByte());
      case 0x47: // BINFLOAT
        return this.#view.getFloat64(this.#take(8));
      case 0x58: // BINUNICODE
      case 0x54: // BINSTRING, a str of Python 2
        return this.#takeText(this.#takeLength());
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING
        return this.#takeText(this.#takeByte());
      case 0x42: // BINBYTES
        return this.#takeBytes(this.#takeLength());
      case 0x43: // SHORT_BINBYTES
        return this.#takeBytes(this.#takeByte());

      case 0x28: // MARK
        return MARK;
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
        return [];
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#popMany(opcode - 0x84);
      case 0x74: // TUPLE
      case 0x6c: // LIST
        return this.#popToMark();
      case 0x7d: // EMPTY_DICT
        return new Map();
      case 0x64: // DICT
        return this.#setItems(new Map(), this.#popToMark());
      case 0x61: // APPEND
        return this.#append(this.#popMany(1));
      case 0x65: // APPENDS
        return this.#append(this.#popToMark());
      case 0x73: // SETITEM
        return this.#setTopItems(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#setTopItems(this.#popToMark());

      case 0x71: // BINPUT
        return this.#keep(this.#takeByte());
      case 0x72: // LONG_BINPUT
        return this.#keep(this.#takeLength());
      case 0x94: // MEMOIZE
        return this.#keep(this.#memo.size);
      case 0x68: // BINGET
        return this.#recall(this.#takeByte());
      case 0x6a: // LONG_BINGET
        return this.#recall(this.#takeLength());

      case 0x63: // GLOBAL
        return this.#rules.findGlobal(`${this.#takeLine()}.${this.#takeLine()}`);
      case 0x93: // STACK_GLOBAL
        return this.#findOnStack(...(this.#popMany(2) as [unknown, unknown]));
      case 0x51: // BINPERSID
        return this.#rules.findPersistent(this.#pop());
      case 0x52: // REDUCE
        return this.#call(...(this.#popMany(2) as [unknown, unknown]));
      case 0x81: // NEWOBJ
        return this.#create(...(this.#popMany(2) as [unknown, unknown]));
      case 0x62: // BUILD
        return this.#setAttributes(this.#pop(), this.#top());
    }
    const name = opcode.toString(16).padStart(2, "0");
    const plain = opcode > 0x20 && opcode < 0x7f ? ` (${String.fromCharCode(opcode)})` : "";
    throw this.#rules.refuse(`it asks for the pickle opcode 0x${name}${plain}: the lab reads data only`);
  }

  #damaged(what: string) {
    return this.#rules.refuse(`its description of the arrays ${what}`);
  }

  /** Moves on by so many bytes, and returns where they begin. */
  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) throw this.#damaged("ends too early");
    this.#at += count;
    return at;
  }

  #takeByte = (): number => this.#view.getUint8(this.#take(1));
  #takeLength = (): number => this.#view.getUint32(this.#take(4), true);
  #takeBytes = (count: number): Uint8Array => this.#bytes.subarray(this.#take(count), this.#at);

  #takeText(count: number): string {
    const bytes = this.#takeBytes(count);
    if (count > LONGEST_TEXT) throw this.#damaged("has a longer text than any network's");
    return DECODER.decode(bytes);
  }

  #takeLine(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#damaged("ends too early");
    const line = this.#takeText(end - this.#at);
    this.#at++;
    return line;
  }

  /** Two's complement, little-endian; a bigint where a number would lose digits. */
  #takeLong(count: number): number | bigint {
    const bytes = this.#takeBytes(count);
    const value = BigInt.asIntN(
      8 * count,
      bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
    );
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #top(): unknown {
    const top = this.#stack.at(-1);
    if (this.#stack.length === 0 || top === MARK) throw this.#damaged("takes what is not there");
    return top;
  }

  #pop(): unknown {
    const top = this.#top();
    this.#stack.pop();
    return top;
  }

  #popMany(count: number): unknown[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #popToMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.#damaged("takes what is not there");
    const items = this.#stack.splice(mark);
    items.shift();
    return items;
  }

  #append(items: unknown[]): typeof DONE {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#damaged("appends to what is no list");
    for (const item of items) list.push(item);
    return DONE;
  }

  #setTopItems(items: unknown[]): typeof DONE {
    this.#setItems(this.#top(), items);
    return DONE;
  }

  #keep(key: number): typeof DONE {
    this.#memo.set(key, this.#top());
    return DONE;
  }

  #setItems(dict: unknown, items: unknown[]): Map<unknown, unknown> {
    if (!(dict instanceof Map) || items.length % 2 > 0) throw this.#damaged("sets entries of what is no dict");
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
    return dict;
  }

  #recall(key: number): unknown {
    if (!this.#memo.has(key)) throw this.#damaged("recalls what was not kept");
    return this.#memo.get(key);
  }

  #findOnStack(module: unknown, name: unknown): Global {
    if (typeof module !== "string" || typeof name !== "string") throw this.#damaged("names a global by what is no text");
    return this.#rules.findGlobal(`${module}.${name}`);
  }

  #create(global: unknown, args: unknown): Instance {
    if (!(global instanceof Global) || !Array.isArray(args)) throw this.#damaged("makes an object of what is no class");
    if (!global.holds) throw this.#rules.refuse(`it asks for an object of ${global.name}: the lab reads data only`);
    return new Instance(global.name);
  }

  /** Attributes of what is no such object, as a state dict's `_metadata`, are of no use here. */
  #setAttributes(attributes: unknown, target: unknown): typeof DONE {
    if (!(target instanceof Instance)) return DONE;
    if (!(attributes instanceof Map)) throw this.#damaged(`gives a ${target.className} attributes without names`);
    this.#countSteps(attributes.size);
    for (const [name, value] of attributes) target.attributes.set(name, value);
    return DONE;
  }

  #call(global: unknown, args: unknown): unknown {
    if (!(global instanceof Global) || !Array.isArray(args)) throw this.#damaged("calls what is no function");
    if (!global.call) throw this.#rules.refuse(`it asks to run ${global.name}: the lab reads data only`);
    // What is called goes through the lists among its arguments: an array's shape, a dict's pairs.
    for (const arg of args) if (Array.isArray(arg)) this.#countSteps(arg.length);
    return global.call(args);
  }
}
