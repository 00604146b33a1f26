package funcgraph.runtime;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON text as a tree of Map, List, String, Boolean, Json.Num and null. Strict, and bounded in depth: the text is the
 * untrusted event of the caller.
 */
final class Json {
    static final int MAX_DEPTH = 500;

    /** The text is not JSON, or does not fit the requested type. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    /** A number as it was written: its type is known later. */
    static final class Num extends Number {
        private static final long serialVersionUID = 1L;
        private final String text;

        Num(String text) {
            this.text = text;
        }

        boolean isWhole() {
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '.' || c == 'e' || c == 'E') return false;
            }
            return true;
        }

        BigDecimal exact() {
            return new BigDecimal(text);
        }

        @Override
        public int intValue() {
            return (int) longValue();
        }

        @Override
        public long longValue() {
            if (!isWhole() || text.length() > 18) return (long) doubleValue();
            return Long.parseLong(text);
        }

        @Override
        public float floatValue() {
            return Float.parseFloat(text);
        }

        @Override
        public double doubleValue() {
            return Double.parseDouble(text);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    static Object parse(byte[] bytes) throws Malformed {
        return parse(decode(bytes));
    }

    static String decode(byte[] bytes) throws Malformed {
        try {
            CharBuffer chars = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(ByteBuffer.wrap(bytes));
            return chars.toString();
        } catch (CharacterCodingException e) {
            throw new Malformed("the text is not UTF-8");
        }
    }

    static Object parse(String text) throws Malformed {
        Json json = new Json(text);
        json.space();
        Object value = json.value(0);
        json.space();
        if (json.at < text.length()) throw json.unexpected();
        return value;
    }

    private Malformed unexpected() {
        if (at >= text.length()) return new Malformed("Unexpected end of JSON input at position " + at);
        return new Malformed("Unexpected character '" + text.charAt(at) + "' in JSON at position " + at);
    }

    private void space() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
            at++;
        }
    }

    private char peek() throws Malformed {
        if (at >= text.length()) throw unexpected();
        return text.charAt(at);
    }

    private Object value(int depth) throws Malformed {
        if (depth > MAX_DEPTH) throw new Malformed("JSON is nested deeper than " + MAX_DEPTH + " levels");
        switch (peek()) {
            case '{':
                return object(depth);
            case '[':
                return array(depth);
            case '"':
                return string();
            case 't':
                return word("true", Boolean.TRUE);
            case 'f':
                return word("false", Boolean.FALSE);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Object word(String word, Object value) throws Malformed {
        for (int i = 0; i < word.length(); i++) {
            if (at >= text.length() || text.charAt(at) != word.charAt(i)) throw unexpected();
            at++;
        }
        return value;
    }

    private Map<String, Object> object(int depth) throws Malformed {
        Map<String, Object> map = new LinkedHashMap<String, Object>();
        at++;
        space();
        if (peek() == '}') {
            at++;
            return map;
        }
        for (;;) {
            space();
            if (peek() != '"') throw unexpected();
            String name = string();
            space();
            if (peek() != ':') throw unexpected();
            at++;
            space();
            map.put(name, value(depth + 1));
            space();
            char next = peek();
            if (next != ',' && next != '}') throw unexpected();
            at++;
            if (next == '}') return map;
        }
    }

    private List<Object> array(int depth) throws Malformed {
        List<Object> list = new ArrayList<Object>();
        at++;
        space();
        if (peek() == ']') {
            at++;
            return list;
        }
        for (;;) {
            space();
            list.add(value(depth + 1));
            space();
            char next = peek();
            if (next != ',' && next != ']') throw unexpected();
            at++;
            if (next == ']') return list;
        }
    }

    private String string() throws Malformed {
        int start = ++at;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') return text.substring(start, at++);
            if (c == '\\') return escaped(new StringBuilder(text.length() - start > 64 ? 64 : 16).append(text, start, at));
            if (c < ' ') throw unexpected();
            at++;
        }
        throw unexpected();
    }

    private String escaped(StringBuilder into) throws Malformed {
        for (;;) {
            char c = peek();
            if (c < ' ') throw unexpected();
            at++;
            if (c == '"') return into.toString();
            if (c != '\\') {
                into.append(c);
                continue;
            }
            char kind = peek();
            at++;
            switch (kind) {
                case 'n':
                    into.append('\n');
                    break;
                case 't':
                    into.append('\t');
                    break;
                case 'r':
                    into.append('\r');
                    break;
                case 'b':
                    into.append('\b');
                    break;
                case 'f':
                    into.append('\f');
                    break;
                case 'u':
                    into.append(unicode());
                    break;
                case '"':
                case '\\':
                case '/':
                    into.append(kind);
                    break;
                default:
                    at--;
                    throw unexpected();
            }
        }
    }

    private char unicode() throws Malformed {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(peek(), 16);
            if (digit < 0 || peek() > 'f') throw unexpected();
            code = code * 16 + digit;
            at++;
        }
        return (char) code;
    }

    private Num number() throws Malformed {
        int start = at;
        if (peek() == '-') at++;
        if (peek() == '0') at++;
        else digits();
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            digits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (peek() == '+' || peek() == '-') at++;
            digits();
        }
        return new Num(text.substring(start, at));
    }

    private void digits() throws Malformed {
        char first = peek();
        if (first < '0' || first > '9') throw unexpected();
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') at++;
    }

    /** Appends `value` with quotes. */
    static void quote(CharSequence value, StringBuilder into) {
        into.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"':
                    into.append("\\\"");
                    break;
                case '\\':
                    into.append("\\\\");
                    break;
                case '\n':
                    into.append("\\n");
                    break;
                case '\r':
                    into.append("\\r");
                    break;
                case '\t':
                    into.append("\\t");
                    break;
                default:
                    if (c >= ' ') into.append(c);
                    else into.append("\\u00").append(c < 16 ? '0' : '1').append(Character.forDigit(c & 15, 16));
            }
        }
        into.append('"');
    }
}
