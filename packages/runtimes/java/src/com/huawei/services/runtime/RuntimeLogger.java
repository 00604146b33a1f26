package com.huawei.services.runtime;

/** Writes log messages under the id of the request whose context it came from. */
public interface RuntimeLogger {
    /** Level INFO. */
    void log(String message);

    void debug(String message);

    void info(String message);

    void warn(String message);

    void error(String message);

    /** DEBUG, INFO, WARN or ERROR: what is below is not written. INFO until it is set; anything else is ignored. */
    void setLevel(String level);
}
