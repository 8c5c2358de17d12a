"""The machine code of a kernel in a program, so that two programs can be compared.

A function's speed may change by a third with the place where it or its data lies, while its instructions
stay the same. Code(program).of(symbol) is equal for two programs if the symbol and all that it calls have
the same instructions in the same order. Padding and the places of data do not count. What is called
through a pointer or a table is not seen, so there is no answer for a function that does so.
"""
import re
import subprocess

HEAD = re.compile(r"^([0-9a-f]+) <(.+)>:$")
LINE = re.compile(r"^ *([0-9a-f]+):\t(.*?)\s*$")
TARGET = re.compile(r"^(\S+\s+)([0-9a-f]+) <[^>]*>$")
REFERENCE = re.compile(r"# ([0-9a-f]+) <")
INDIRECT = re.compile(r"((notrack|bnd)\s+)*(call|jmp)\s+\*")
PADDING = re.compile(r"nop|(data16\s+|cs\s+)+nop|xchg\s+%ax,%ax$")


class Code:
    def __init__(self, program):
        text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], capture_output=True,
                              text=True, check=True).stdout
        self.name, self.start, self.lines = {}, {}, {}  # by a function's address, but start: by its name
        for line in text.splitlines():
            if head := HEAD.match(line):
                at = int(head[1], 16)
                self.name[at] = head[2]
                self.start.setdefault(head[2], at)
                self.lines[at] = []
            elif (found := LINE.match(line)) and not PADDING.match(found[2]):
                self.lines[at].append((int(found[1], 16), found[2]))

    def _function(self, start):
        """Its instructions, and the addresses of the functions that it calls, jumps to or refers to."""
        number = {at: i for i, (at, _) in enumerate(self.lines[start])}
        said, called = [], []
        for _, text in self.lines[start]:
            if reference := REFERENCE.search(text):
                called += [a for a in [int(reference[1], 16)] if a in self.name]
            text = re.sub(r"\s+#.*", "", re.sub(r"-?0x[0-9a-f]+\(%rip\)", "(%rip)", text))
            if target := TARGET.match(text):
                to = int(target[2], 16)
                text = target[1] + str(number.get(to, self.name.get(to, "padding")))
                if to not in number and to in self.name:
                    called.append(to)
            said.append(text)
        return said, called

    def of(self, symbol):
        """None if there is no such function, or if it calls something through a pointer."""
        if symbol not in self.start:
            return None
        todo, seen, code = [self.start[symbol]], set(), []
        while todo:
            at = todo.pop()
            if at in seen:
                continue
            seen.add(at)
            said, called = self._function(at)
            if any(map(INDIRECT.match, said)):
                return None
            code.append((self.name[at], said))
            todo += called
        return code
