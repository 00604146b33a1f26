package funcgraph.runtime;

import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns a tree of Json into a value of a type. Numbers without a type become Double, as Java users of Gson expect. */
final class JsonToJava {
    private static final Map<TypeVariable<?>, Type> NONE = Collections.<TypeVariable<?>, Type>emptyMap();

    private JsonToJava() {}

    static Object bind(Object tree, Type type) throws Json.Malformed {
        return bind(tree, type, NONE);
    }

    private static Object bind(Object tree, Type type, Map<TypeVariable<?>, Type> known) throws Json.Malformed {
        if (type instanceof TypeVariable) {
            Type bound = known.get(type);
            return bind(tree, bound == null ? ((TypeVariable<?>) type).getBounds()[0] : bound, NONE);
        }
        if (type instanceof WildcardType) return bind(tree, ((WildcardType) type).getUpperBounds()[0], known);
        if (type instanceof GenericArrayType) {
            Type item = ((GenericArrayType) type).getGenericComponentType();
            return array(tree, rawOf(resolve(item, known)), item, known);
        }
        Class<?> raw = rawOf(type);
        if (tree == null) return raw.isPrimitive() ? Array.get(Array.newInstance(raw, 1), 0) : raw == Optional.class ? Optional.empty() : null;
        Type[] arguments = type instanceof ParameterizedType ? ((ParameterizedType) type).getActualTypeArguments() : new Type[0];
        if (raw == Object.class) return plain(tree);
        if (raw == String.class || raw == CharSequence.class) return string(tree, raw);
        if (raw == boolean.class || raw == Boolean.class) return truth(tree);
        if (raw == char.class || raw == Character.class) return letter(tree);
        if (raw.isPrimitive() || Number.class.isAssignableFrom(raw)) return Numbers.bind(tree, raw);
        if (raw.isEnum()) return constant(tree, raw);
        if (raw.isArray()) return array(tree, raw.getComponentType(), raw.getComponentType(), known);
        if (raw == Optional.class) return Optional.ofNullable(bind(tree, at(arguments, 0), known));
        if (Gson.owns(raw)) return Gson.read(text(tree), raw);
        if (Collection.class.isAssignableFrom(raw) || raw == Iterable.class) return items(tree, raw, at(arguments, 0), known);
        if (Map.class.isAssignableFrom(raw)) return map(tree, raw, arguments, known);
        if (raw == Date.class && tree instanceof Json.Num) return new Date(((Json.Num) tree).longValue());
        if (Fields.ofPlatform(raw)) return Text.read((String) string(tree, raw), raw);
        return Objects.bind(tree, raw, variables(raw, arguments, known));
    }

    static Object field(Object tree, Type type, Map<TypeVariable<?>, Type> known) throws Json.Malformed {
        return bind(tree, type, known);
    }

    /** A tree of ordinary Java values. */
    private static Object plain(Object tree) {
        if (tree instanceof Json.Num) return ((Json.Num) tree).doubleValue();
        if (tree instanceof List) {
            List<Object> list = new ArrayList<Object>(((List<?>) tree).size());
            for (Object item : (List<?>) tree) list.add(plain(item));
            return list;
        }
        if (tree instanceof Map) {
            Map<String, Object> map = new LinkedHashMap<String, Object>();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) tree).entrySet()) map.put((String) entry.getKey(), plain(entry.getValue()));
            return map;
        }
        return tree;
    }

    private static Object string(Object tree, Class<?> wanted) throws Json.Malformed {
        if (tree instanceof Map || tree instanceof List) throw unfit(tree, wanted);
        return tree.toString();
    }

    private static Object truth(Object tree) throws Json.Malformed {
        if (tree instanceof Boolean) return tree;
        if (tree instanceof String) return Boolean.valueOf((String) tree);
        throw unfit(tree, boolean.class);
    }

    private static Object letter(Object tree) throws Json.Malformed {
        if (tree instanceof String && ((String) tree).length() == 1) return ((String) tree).charAt(0);
        throw unfit(tree, char.class);
    }

    /** A name that the enum does not have becomes null, so that a newer caller does not break an older function. */
    private static Object constant(Object tree, Class<?> raw) throws Json.Malformed {
        if (!(tree instanceof String)) throw unfit(tree, raw);
        for (Object each : raw.getEnumConstants()) if (((Enum<?>) each).name().equals(tree)) return each;
        return null;
    }

    private static Object array(Object tree, Class<?> itemClass, Type item, Map<TypeVariable<?>, Type> known) throws Json.Malformed {
        if (!(tree instanceof List)) throw unfit(tree, itemClass);
        List<?> list = (List<?>) tree;
        Object array = Array.newInstance(itemClass, list.size());
        for (int i = 0; i < list.size(); i++) Array.set(array, i, bind(list.get(i), item, known));
        return array;
    }

    @SuppressWarnings("unchecked")
    private static Object items(Object tree, Class<?> raw, Type item, Map<TypeVariable<?>, Type> known) throws Json.Malformed {
        if (!(tree instanceof List)) throw unfit(tree, raw);
        Collection<Object> items = (Collection<Object>) Objects.collection(raw);
        for (Object each : (List<?>) tree) items.add(bind(each, item, known));
        return items;
    }

    @SuppressWarnings("unchecked")
    private static Object map(Object tree, Class<?> raw, Type[] arguments, Map<TypeVariable<?>, Type> known) throws Json.Malformed {
        if (!(tree instanceof Map)) throw unfit(tree, raw);
        Map<Object, Object> map = (Map<Object, Object>) Objects.map(raw);
        for (Map.Entry<?, ?> entry : ((Map<?, ?>) tree).entrySet()) {
            Object key = arguments.length == 2 ? bind(entry.getKey(), arguments[0], known) : entry.getKey();
            map.put(key, bind(entry.getValue(), at(arguments, 1), known));
        }
        return map;
    }

    private static Type at(Type[] arguments, int index) {
        return index < arguments.length ? arguments[index] : Object.class;
    }

    private static Map<TypeVariable<?>, Type> variables(Class<?> raw, Type[] arguments, Map<TypeVariable<?>, Type> known) {
        if (arguments.length == 0) return NONE;
        Map<TypeVariable<?>, Type> all = new HashMap<TypeVariable<?>, Type>();
        TypeVariable<?>[] names = raw.getTypeParameters();
        for (int i = 0; i < names.length && i < arguments.length; i++) all.put(names[i], resolve(arguments[i], known));
        return all;
    }

    private static Type resolve(Type type, Map<TypeVariable<?>, Type> known) {
        Type found = type instanceof TypeVariable ? known.get(type) : null;
        return found == null ? type : found;
    }

    static Class<?> rawOf(Type type) {
        if (type instanceof Class) return (Class<?>) type;
        if (type instanceof ParameterizedType) return (Class<?>) ((ParameterizedType) type).getRawType();
        if (type instanceof WildcardType) return rawOf(((WildcardType) type).getUpperBounds()[0]);
        if (type instanceof TypeVariable) return rawOf(((TypeVariable<?>) type).getBounds()[0]);
        if (type instanceof GenericArrayType) return Array.newInstance(rawOf(((GenericArrayType) type).getGenericComponentType()), 0).getClass();
        return Object.class;
    }

    private static String text(Object tree) throws Json.Malformed {
        try {
            return tree instanceof Json.Num ? tree.toString() : JavaToJson.write(tree);
        } catch (JavaToJson.TooLarge e) {
            throw new Json.Malformed(e.getMessage());
        }
    }

    static Json.Malformed unfit(Object tree, Class<?> wanted) {
        String what = tree instanceof Map ? "an object" : tree instanceof List ? "a list" : "'" + Text.shorten(String.valueOf(tree)) + "'";
        return new Json.Malformed(what + " in the event is no " + wanted.getName());
    }

    /** Numbers that fit; a fraction is never cut off silently. */
    private static final class Numbers {
        static Object bind(Object tree, Class<?> raw) throws Json.Malformed {
            BigDecimal exact;
            try {
                if (tree instanceof Json.Num) exact = ((Json.Num) tree).exact();
                else if (tree instanceof String) exact = new BigDecimal((String) tree);
                else throw unfit(tree, raw);
                if (raw == double.class || raw == Double.class || raw == Number.class) return exact.doubleValue();
                if (raw == float.class || raw == Float.class) return exact.floatValue();
                if (raw == BigDecimal.class) return exact;
                if (exact.scale() < -1000) throw unfit(tree, raw);
                if (raw == BigInteger.class) return exact.toBigIntegerExact();
                if (raw == int.class || raw == Integer.class) return exact.intValueExact();
                if (raw == long.class || raw == Long.class) return exact.longValueExact();
                if (raw == short.class || raw == Short.class) return exact.shortValueExact();
                if (raw == byte.class || raw == Byte.class) return exact.byteValueExact();
            } catch (ArithmeticException e) {
                throw unfit(tree, raw);
            } catch (NumberFormatException e) {
                throw unfit(tree, raw);
            }
            return Text.read(exact.toPlainString(), raw);
        }
    }
}
