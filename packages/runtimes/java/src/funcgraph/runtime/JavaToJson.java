package funcgraph.runtime;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.util.Calendar;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Any object as JSON text: fields, not getters; fields and map values that are null are left out. */
final class JavaToJson {
    /** Longest result; the early stop keeps an endless result from filling the memory. */
    private static final int MAX_CHARS = 16 * 1024 * 1024;

    static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1L;
        final int size;

        TooLarge(int size) {
            super("the result has more than " + size + " characters");
            this.size = size;
        }
    }

    private final StringBuilder text = new StringBuilder();

    private JavaToJson() {}

    static String write(Object value) throws Json.Malformed, TooLarge {
        JavaToJson writer = new JavaToJson();
        writer.any(value, 0);
        return writer.text.toString();
    }

    private void any(Object value, int depth) throws Json.Malformed, TooLarge {
        if (depth > Json.MAX_DEPTH) throw new Json.Malformed("the result is circular or nested deeper than " + Json.MAX_DEPTH + " levels");
        if (text.length() > MAX_CHARS) throw new TooLarge(text.length());
        if (value == null) text.append("null");
        else if (value instanceof CharSequence) Json.quote((CharSequence) value, text);
        else if (value instanceof Character) Json.quote(value.toString(), text);
        else if (value instanceof Boolean) text.append(value.toString());
        else if (value instanceof Number) number((Number) value);
        else if (value instanceof Enum) Json.quote(((Enum<?>) value).name(), text);
        else if (value instanceof Map) map((Map<?, ?>) value, depth);
        else if (value instanceof Iterable && !Gson.owns(value.getClass()) && !(value instanceof java.nio.file.Path)) items((Iterable<?>) value, depth);
        else if (value.getClass().isArray()) array(value, depth);
        else other(value, depth);
    }

    private void other(Object value, int depth) throws Json.Malformed, TooLarge {
        if (Gson.owns(value.getClass())) text.append(Gson.write(value));
        else if (value instanceof Optional) any(((Optional<?>) value).orElse(null), depth + 1);
        else if (value instanceof Date) Json.quote(Text.ofDate((Date) value), text);
        else if (value instanceof Calendar) Json.quote(Text.ofDate(((Calendar) value).getTime()), text);
        else if (Fields.ofPlatform(value.getClass())) Json.quote(value.toString(), text);
        else object(value, depth);
    }

    private void number(Number value) throws Json.Malformed {
        double asDouble = value.doubleValue();
        boolean floating = value instanceof Double || value instanceof Float;
        if (floating && (Double.isNaN(asDouble) || Double.isInfinite(asDouble))) throw new Json.Malformed(value + " is not a number of JSON");
        if (value.getClass().getName().startsWith("java.") || value instanceof Json.Num || Gson.owns(value.getClass())) text.append(value.toString());
        else text.append(new java.math.BigDecimal(value.toString()).toString());
    }

    private void map(Map<?, ?> map, int depth) throws Json.Malformed, TooLarge {
        text.append('{');
        boolean first = true;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (entry.getValue() == null) continue;
            if (!first) text.append(',');
            first = false;
            Object key = entry.getKey();
            Json.quote(key instanceof Enum ? ((Enum<?>) key).name() : String.valueOf(key), text);
            text.append(':');
            any(entry.getValue(), depth + 1);
        }
        text.append('}');
    }

    private void items(Iterable<?> items, int depth) throws Json.Malformed, TooLarge {
        text.append('[');
        boolean first = true;
        for (Object item : items) {
            if (!first) text.append(',');
            first = false;
            any(item, depth + 1);
        }
        text.append(']');
    }

    private void array(Object array, int depth) throws Json.Malformed, TooLarge {
        text.append('[');
        int length = Array.getLength(array);
        for (int i = 0; i < length; i++) {
            if (i > 0) text.append(',');
            any(Array.get(array, i), depth + 1);
        }
        text.append(']');
    }

    private void object(Object value, int depth) throws Json.Malformed, TooLarge {
        List<Fields.Named> fields = Fields.of(value.getClass());
        text.append('{');
        boolean first = true;
        for (Fields.Named named : fields) {
            Object item = get(named.field, value);
            if (item == null) continue;
            if (!first) text.append(',');
            first = false;
            Json.quote(named.name, text);
            text.append(':');
            any(item, depth + 1);
        }
        text.append('}');
    }

    private static Object get(Field field, Object of) throws Json.Malformed {
        try {
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw new Json.Malformed("field " + field + " cannot be read");
        }
    }
}
