package funcgraph.runtime;

import com.huawei.services.runtime.Context;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;

/** One method of the user's that we call. Found once; called from any thread. */
final class Entry {
    final Method method;
    private final Object target;
    private final Class<?>[] types;
    private final Type[] generics;

    Entry(Method method, Object target) {
        this.method = method;
        this.target = target;
        this.types = method.getParameterTypes();
        this.generics = method.getGenericParameterTypes();
    }

    /** How many parameters are the event: none, or one. */
    static int events(Class<?>[] types) {
        int count = 0;
        for (Class<?> type : types) if (!isContext(type) && type != OutputStream.class) count++;
        return count;
    }

    static boolean isContext(Class<?> type) {
        return type != Object.class && type.isAssignableFrom(RequestContext.class) && Context.class.isAssignableFrom(type);
    }

    boolean takesStreams() {
        for (Class<?> type : types) if (type == OutputStream.class) return true;
        return false;
    }

    /** Calls a handler with the event; the result is what it returned, or the bytes that it wrote. */
    Object handle(byte[] event, RequestContext context) throws Throwable {
        ByteArrayOutputStream written = takesStreams() ? new ByteArrayOutputStream() : null;
        Object[] given = new Object[types.length];
        for (int i = 0; i < given.length; i++) {
            if (isContext(types[i])) given[i] = context;
            else if (types[i] == OutputStream.class) given[i] = written;
            else given[i] = argument(event, types[i], generics[i]);
        }
        Object result = call(given);
        return written == null ? result : written.toByteArray();
    }

    private static Object argument(byte[] event, Class<?> type, Type generic) throws Json.Malformed {
        if (type == InputStream.class) return new ByteArrayInputStream(event);
        if (type == String.class) return Json.decode(event);
        String text = Json.decode(event);
        Object tree = Json.parse(text);
        return Gson.owns(type) ? Gson.read(text, type) : JsonToJava.bind(tree, generic);
    }

    /** Calls an initializer or a pre-stop handler, which take the context or nothing; also a heartbeat. */
    Object call(RequestContext context) throws Throwable {
        Object[] given = new Object[types.length];
        for (int i = 0; i < given.length; i++) given[i] = context;
        return call(given);
    }

    private Object call(Object[] given) throws Throwable {
        try {
            return method.invoke(target, given);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
