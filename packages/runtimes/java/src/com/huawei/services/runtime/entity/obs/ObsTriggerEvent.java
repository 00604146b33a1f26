package com.huawei.services.runtime.entity.obs;

import com.huawei.services.runtime.entity.Printable;
import java.util.Map;

/** Changes of objects in a bucket, in the form of OBS itself. */
public class ObsTriggerEvent extends Printable implements ObsTriggerInfo {
    private ObsRecord[] Records;

    public ObsRecord[] getRecord() {
        return Records;
    }

    public void setRecord(ObsRecord[] record) {
        Records = record;
    }

    private ObsRecord one() {
        if (Records != null && Records.length == 1) return Records[0];
        throw new IllegalArgumentException("the event has " + (Records == null ? 0 : Records.length) + " records, not one");
    }

    @Override
    public String getBucketName() {
        return one().getObs().getBucket().getName();
    }

    @Override
    public String getObjectKey() {
        return one().getObs().getObsObject().getKey();
    }

    @Override
    public String getEventName() {
        return one().getEventName();
    }

    /** A change of an object. */
    public static class ObsRecord extends Printable {
        private String eventVersion;
        private String eventSource;
        private String eventRegion;
        private String eventTime;
        private String eventName;
        private IdEntity userIdentity;
        private RequestParameters requestParameters;
        private Map<String, Object> responseElements;
        private ObsBody obs;

        public String getEventVersion() {
            return eventVersion;
        }

        public void setEventVersion(String eventVersion) {
            this.eventVersion = eventVersion;
        }

        public String getEventSource() {
            return eventSource;
        }

        public void setEventSource(String eventSource) {
            this.eventSource = eventSource;
        }

        public String getEventRegion() {
            return eventRegion;
        }

        public void setEventRegion(String eventRegion) {
            this.eventRegion = eventRegion;
        }

        public String getEventTime() {
            return eventTime;
        }

        public void setEventTime(String eventTime) {
            this.eventTime = eventTime;
        }

        public String getEventName() {
            return eventName;
        }

        public void setEventName(String eventName) {
            this.eventName = eventName;
        }

        public IdEntity getUserIdentity() {
            return userIdentity;
        }

        public void setUserIdentity(IdEntity userIdentity) {
            this.userIdentity = userIdentity;
        }

        public RequestParameters getRequestParameters() {
            return requestParameters;
        }

        public void setRequestParameters(RequestParameters requestParameters) {
            this.requestParameters = requestParameters;
        }

        public Map<String, Object> getResponseElements() {
            return responseElements;
        }

        public void setResponseElements(Map<String, Object> responseElements) {
            this.responseElements = responseElements;
        }

        public ObsBody getObs() {
            return obs;
        }

        public void setObs(ObsBody obs) {
            this.obs = obs;
        }
    }

    /** A user or an owner. */
    public static class IdEntity extends Printable {
        private String ID;

        public String getId() {
            return ID;
        }

        public void setId(String id) {
            ID = id;
        }
    }

    /** Where the change came from. */
    public static class RequestParameters extends Printable {
        private String sourceIPAddress;

        public String getSourceIpAddress() {
            return sourceIPAddress;
        }

        public void setSourceIpAddress(String sourceIpAddress) {
            sourceIPAddress = sourceIpAddress;
        }
    }

    /** The bucket and the object. */
    public static class ObsBody extends Printable {
        private String Version;
        private String configurationId;
        private Bucket bucket;
        private ObsObject object;

        public String getVersion() {
            return Version;
        }

        public void setVersion(String version) {
            Version = version;
        }

        public String getConfigurationId() {
            return configurationId;
        }

        public void setConfigurationId(String configurationId) {
            this.configurationId = configurationId;
        }

        public Bucket getBucket() {
            return bucket;
        }

        public void setBucket(Bucket bucket) {
            this.bucket = bucket;
        }

        public ObsObject getObsObject() {
            return object;
        }

        public void setObsObject(ObsObject obsObject) {
            object = obsObject;
        }
    }

    /** A bucket. */
    public static class Bucket extends Printable {
        private String name;
        private String bucket;
        private IdEntity ownerIdentity;

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public String getBucket() {
            return bucket;
        }

        public void setBucket(String bucket) {
            this.bucket = bucket;
        }

        public IdEntity getIdEntity() {
            return ownerIdentity;
        }

        public void setIdEntity(IdEntity idEntity) {
            ownerIdentity = idEntity;
        }
    }
}
